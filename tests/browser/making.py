"""What is on the site of the browser test at first."""

from datetime import timedelta

from django.contrib.auth.models import Group
from django.utils import timezone
from wagtail.models import Collection
from wagtail.rich_text import RichText
from wagtail_factories import DocumentFactory

from blog import related
from blog.models import Author, BlogIndexPage, Embed, Topic
from core.models import CreditedImage, User
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

from .world import CARELESS, LONG_POST, PARTS, VIDEO


def make_all() -> None:
    """Make who works here, a section, a library, posts, a newsletter, and somebody who reads it."""
    make_staff()
    section = SectionFactory(
        title="Journal", slug="journal", show_in_menus=True, parent=HomePage.objects.get()
    )
    make_newsletter(section)
    make_posts(section, *make_library())


def make_staff() -> None:
    """Make an administrator, and one person in each group."""
    User.objects.create_superuser("admin", "admin@example.org", "secret-of-the-admin")
    for name in ("author", "editor", "moderator"):
        user = User.objects.create_user(name, f"{name}@example.org", f"secret-of-the-{name}")
        user.groups.add(Group.objects.get(name=name.capitalize()))


def make_newsletter(section: BlogIndexPage) -> None:
    """Make a newsletter that was due an hour ago, and a subscriber who has had all until then."""
    now = timezone.now()
    newsletter = NewsletterFactory(
        name="The Letter",
        slug="letter",
        section=section,
        send_time=(now - timedelta(hours=1)).time().replace(microsecond=0),
    )
    SubscriptionFactory(
        newsletter=newsletter,
        subscriber=SubscriberFactory(email="stays@example.com"),
        mailed_through=newsletter.window_start("daily", now),
    )


def make_library() -> tuple[Author, Topic, CreditedImage]:
    """Make what blocks choose; return an author, a topic and an image for posts."""
    collection = Collection.get_first_root_node()
    BookFactory(title="The Long Corridor", affiliate=True)
    AffiliateProgramFactory(parameter="tag", value="ours-21")
    DisclaimerFactory(name="Shops", rule="affiliate", text="<p>We earn from some links.</p>")
    DisclaimerFactory(name="No advice", rule="manual", text="<p>This is no advice.</p>")
    DocumentFactory(title="A diary", collection=collection)
    ReusableContentFactory(name="Whom to call", body=[("heading", "Call somebody")])
    Embed.objects.create(
        url=VIDEO, title="Rain on a tent", provider="YouTube", player_url="https://example.org/p"
    )
    return (
        AuthorFactory(name="Noor Hallam", slug="noor-hallam", credentials="RN", guest=True),
        TopicFactory(name="Sleep", slug="sleep"),
        ImageFactory(title="A lamp", collection=collection),
    )


def make_posts(section: BlogIndexPage, noor: Author, sleep: Topic, lamp: CreditedImage) -> None:
    """Make posts to read, one to look over, and drafts to schedule; no digest has them."""
    about_sleep = {"parent": section, "in_digests": False, "topics": [sleep]}
    for title in ("An older post", "A newer post", "A slow night"):
        PostFactory(title=title, **about_sleep)
    words = ("paragraph", RichText(f"<p>{'Somebody rests. ' * 150}</p>"))
    parts = [block for part in PARTS for block in (("heading", part), words)]
    PostFactory(title=LONG_POST, authors=[noor], body=parts, **about_sleep)
    related.learn_again(timezone.now())

    careless = [CARELESS, ("image", {"image": lamp, "alt_text": ""})]
    PostFactory(title="A careless post", parent=section, in_digests=False, body=careless)
    for width in (1280, 390):
        PostFactory(title=f"Out at dawn {width}", parent=section, in_digests=False, live=False)
