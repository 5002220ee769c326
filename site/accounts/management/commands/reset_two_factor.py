"""Let a user who has lost every second factor and recovery code log in again."""

from argparse import ArgumentParser

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from accounts.factors import reset_factors
from accounts.lockout import unlock


class Command(BaseCommand):
    help = (
        "Remove all second factors and recovery codes of a user, log them out everywhere, and"
        " forget their failed logins. The password stays as it is."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: object, username: str, **options: object) -> None:
        user_model = get_user_model()
        try:
            user = user_model.objects.get_by_natural_key(username)
        except user_model.DoesNotExist as error:
            raise CommandError(f"There is no user “{username}”.") from error
        reset_factors(user)
        unlock(user)
        self.stdout.write(f"The two-factor authentication of “{username}” was reset.")
