"""The world of the browser test, changed inside the database of the processes under test.

Run with their environment: ``python -m tests.browser.world make`` fills the site, and
``… fall_due`` moves the newsletter's time of day to the present moment.
"""

import os
import sys
from datetime import timedelta

import django


def make() -> None:
    """Make an administrator, a section, a newsletter, and a subscriber who stays."""
    from django.utils import timezone

    from core.models import User
    from home.models import HomePage
    from tests.factories import (
        AuthorFactory,
        BookFactory,
        DisclaimerFactory,
        NewsletterFactory,
        SectionFactory,
        SubscriberFactory,
        SubscriptionFactory,
        TopicFactory,
    )

    User.objects.create_superuser("editor", "editor@example.org", "secret-of-the-editor")
    section = SectionFactory(title="Journal", slug="journal", parent=HomePage.objects.get())
    now = timezone.now()
    newsletter = NewsletterFactory(
        name="The Letter",
        slug="letter",
        section=section,
        send_time=(now - timedelta(hours=1)).time().replace(microsecond=0),
    )
    TopicFactory(name="Sleep", slug="sleep")
    AuthorFactory(name="Noor Hallam", slug="noor-hallam", credentials="RN", guest=True)
    BookFactory(title="The Long Corridor", affiliate=True)
    DisclaimerFactory(name="Shops", rule="affiliate", text="<p>We earn from some links.</p>")
    DisclaimerFactory(name="No advice", rule="manual", text="<p>This is no advice.</p>")
    SubscriptionFactory(
        newsletter=newsletter,
        subscriber=SubscriberFactory(email="stays@example.com"),
        mailed_through=newsletter.window_start("daily", now),
    )


def fall_due() -> None:
    """Move the newsletter's time of day to the present moment, so that its digest is due."""
    from django.utils import timezone

    from newsletter.models import Newsletter

    Newsletter.objects.update(send_time=timezone.now().time())


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    {"make": make, "fall_due": fall_due}[sys.argv[1]]()
