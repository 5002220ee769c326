from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.page_cache import store


class Command(BaseCommand):
    help = "Give up all pages that are kept for readers, so that each is made anew."

    def handle(self, *args: Any, **options: Any) -> None:
        if not store.purge():
            raise CommandError("The page cache does not answer; see the warning above.")
        self.stdout.write("No page is kept any more.")
