"""The world of the browser test, changed inside the database of the processes under test.

Run with their environment: ``python -m tests.browser.world make`` fills the site, and
``… fall_due`` moves the newsletter's time of day to the present moment; so on for the other deeds.
"""

import os
import sys

import django

# What is known of it is in the database, so that nobody is asked about it.
VIDEO = "https://www.youtube.com/watch?v=rain"
# Long enough for a table of contents.
LONG_POST, PARTS = "The length of a night", ["Before midnight", "At three", "Towards morning"]

CARELESS = (
    "paragraph",
    '<p>Buy <a href="https://shop.example/?tag=ours-21">a pillow</a>.</p><h4>Deep down</h4>',
)


def make() -> None:
    """Make what is on the site at first."""
    from .making import make_all

    make_all()


def fall_due() -> None:
    """Move the newsletter's time of day to the present moment, so that its digest is due."""
    from django.utils import timezone

    from newsletter.models import Newsletter

    Newsletter.objects.update(send_time=timezone.now().time())


def reach_schedules() -> None:
    """Move what is scheduled to the present moment."""
    from django.utils import timezone
    from wagtail.models import Page, Revision

    now = timezone.now()
    for revision in Revision.objects.exclude(approved_go_live_at=None):
        revision.content["go_live_at"] = now.isoformat()
        revision.approved_go_live_at = now
        revision.save()
    Page.objects.exclude(go_live_at=None).update(go_live_at=now)


def clear_front_page() -> None:
    """Leave no block on the front page."""
    from home.models import HomePage

    home = HomePage.objects.get()
    home.body = []
    home.save_revision().publish()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    deeds = {deed.__name__: deed for deed in (make, fall_due, reach_schedules, clear_front_page)}
    deeds[sys.argv[1]]()
