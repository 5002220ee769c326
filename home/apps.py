from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "home"

    def ready(self) -> None:
        from core import problems

        # It registers receivers.
        from . import publishing  # noqa: F401
        from .contact import mailing

        problems.register(mailing.find_problems)
