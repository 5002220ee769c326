"""The world of the browser test, changed inside the database of the processes under test.

Run with their environment: ``python -m tests.browser.world make`` fills the site, and
``… fall_due`` moves the newsletter's time of day to the present moment; so on for the other deeds.
"""

import os
import sys
from datetime import timedelta

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
    """Make who works here, a section, a library, a newsletter, and a subscriber who stays."""
    from django.contrib.auth.models import Group
    from django.utils import timezone
    from wagtail.models import Collection
    from wagtail.rich_text import RichText
    from wagtail_factories import DocumentFactory

    from blog import related
    from blog.models import Embed
    from core.models import User
    from home.models import HomePage
    from tests.factories import (
        AffiliateProgramFactory,
        AuthorFactory,
        BookFactory,
        DisclaimerFactory,
        ImageFactory,
        NewsletterFactory,
        PostFactory,
        ReusableContentFactory,
        SectionFactory,
        SubscriberFactory,
        SubscriptionFactory,
        TopicFactory,
    )

    User.objects.create_superuser("admin", "admin@example.org", "secret-of-the-admin")
    for name in ("author", "editor", "moderator"):
        user = User.objects.create_user(name, f"{name}@example.org", f"secret-of-the-{name}")
        user.groups.add(Group.objects.get(name=name.capitalize()))
    section = SectionFactory(
        title="Journal", slug="journal", show_in_menus=True, parent=HomePage.objects.get()
    )
    now = timezone.now()
    newsletter = NewsletterFactory(
        name="The Letter",
        slug="letter",
        section=section,
        send_time=(now - timedelta(hours=1)).time().replace(microsecond=0),
    )
    sleep = TopicFactory(name="Sleep", slug="sleep")
    noor = AuthorFactory(name="Noor Hallam", slug="noor-hallam", credentials="RN", guest=True)
    BookFactory(title="The Long Corridor", affiliate=True)
    DisclaimerFactory(name="Shops", rule="affiliate", text="<p>We earn from some links.</p>")
    DisclaimerFactory(name="No advice", rule="manual", text="<p>This is no advice.</p>")
    for title in ("An older post", "A newer post", "A slow night"):
        PostFactory(title=title, parent=section, in_digests=False, topics=[sleep])
    parts = [("heading", part) for part in PARTS]
    words = ("paragraph", RichText(f"<p>{'Somebody rests. ' * 150}</p>"))
    PostFactory(
        title=LONG_POST,
        parent=section,
        in_digests=False,
        authors=[noor],
        topics=[sleep],
        body=[block for part in parts for block in (part, words)],
    )
    related.learn_again(now)
    lamp = ImageFactory(title="A lamp", collection=Collection.get_first_root_node())
    AffiliateProgramFactory(parameter="tag", value="ours-21")
    careless = [CARELESS, ("image", {"image": lamp, "alt_text": ""})]
    PostFactory(title="A careless post", parent=section, in_digests=False, body=careless)
    for width in (1280, 390):
        PostFactory(title=f"Out at dawn {width}", parent=section, in_digests=False, live=False)
    DocumentFactory(title="A diary", collection=Collection.get_first_root_node())
    ReusableContentFactory(name="Whom to call", body=[("heading", "Call somebody")])
    Embed.objects.create(
        url=VIDEO, title="Rain on a tent", provider="YouTube", player_url="https://example.org/p"
    )
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
