"""``manage.py load_demo``: fill the site with the demo's publication."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from home.demo import loading

BANNER = """
──────────────────────────────────────────────────────────────────────
  The demo is ready. Stop it with Ctrl-C.

  Site       {url}/
  Editor     {url}/admin/
  Mailbox    {url}/mailbox/

  Log in as  {logins}
──────────────────────────────────────────────────────────────────────
"""


class Command(BaseCommand):
    help = "Load the demo's content. It can be run again: what is there stays as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                "The demo has logins that everyone knows: it is loaded only with DEBUG=true."
            )
        self.stdout.write(
            "Loading the demo; the first time, pictures are drawn, which takes a while …"
        )
        self.stdout.flush()
        loading.load(timezone.now())
        logins = " or ".join(f"{name} / {word}" for name, word in loading.LOGINS.items())
        self.stdout.write(BANNER.format(url=settings.BASE_URL, logins=logins))
