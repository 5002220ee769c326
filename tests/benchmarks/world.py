"""A newsletter with as many readers as are asked for, and its digests, made by few statements."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone
from wagtail.rich_text import RichText

from home.models import HomePage
from newsletter.digests import planning
from newsletter.models import Delivery, Digest, Newsletter, Subscription
from tests.factories import NewsletterFactory, PostFactory, SectionFactory

from .harness import NotMeasured

CADENCE = "daily"
# So many of these make a mail of about 45 KB, as it is sent.
PARAGRAPHS = 11
PARAGRAPH = (
    "<p>The tide went out “further than anyone remembered” — past the old moorings, past the wreck "
    "that children dare each other to swim to, and left the bay lying open. Märta walked down with "
    'a lamp and <a href="https://example.org/charts/the-bay?edition=2&amp;sheet=14">the chart</a> '
    "that her father had drawn; it had been wrong for thirty years, and was right that morning. "
    "She counted <b>eleven</b> posts, <i>as he had</i>, then a twelfth he never wrote of, and sat "
    "down on it until the water came back. Nobody asked what she had seen, so she told them.</p>"
)


def newsletter_for(readers: int) -> Newsletter:
    """Return the newsletter, which has just so many readers, and one long post."""
    newsletter = Newsletter.objects.first() or _newsletter()
    if Subscription.objects.count() != readers:
        _replace_readers(newsletter, readers)
    return newsletter


def plan(newsletter: Newsletter) -> Digest:
    """Return a digest that is planned for all readers, as if there had been none before."""
    _forget_digests()
    until = newsletter.window_start(CADENCE, timezone.now())
    Subscription.objects.update(mailed_through=until - timedelta(days=1))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE newsletter_subscription")
    return planning.plan(newsletter, CADENCE, until)


def check(digest: Digest, readers: int) -> None:
    """Check that each reader has one delivery, and that all were sent.

    Raises NotMeasured where that is not so.
    """
    states = list(Delivery.objects.filter(digest=digest).values_list("state", flat=True))
    sent = states.count(Delivery.State.SENT)
    if len(states) != readers or sent != readers:
        raise NotMeasured(f"Of {readers} mails {len(states)} were planned, and {sent} sent.")


def _newsletter() -> Newsletter:
    due = timezone.now() - timedelta(hours=1)
    section = SectionFactory(title="Journal", slug="journal", parent=HomePage.objects.get())
    newsletter = NewsletterFactory(
        name="The Letter",
        slug="letter",
        section=section,
        send_time=due.time(),
        post_form=Newsletter.Form.FULL,
    )
    PostFactory(
        parent=section,
        title="What the tide left",
        first_published_at=newsletter.window_start(CADENCE, timezone.now()) - timedelta(hours=3),
        body=[("paragraph", RichText(PARAGRAPH))] * PARAGRAPHS,
    )
    return newsletter


def _replace_readers(newsletter: Newsletter, readers: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE newsletter_subscriber CASCADE")
        cursor.execute(
            "INSERT INTO newsletter_subscriber (email, name, created_at)"
            " SELECT 'reader' || n || '@example.com', 'Reader ' || n, now()"
            " FROM generate_series(1, %s) AS n",
            [readers],
        )
        cursor.execute(
            "INSERT INTO newsletter_subscription"
            " (subscriber_id, newsletter_id, state, cadence, asked_at)"
            " SELECT id, %s, 'active', %s, now() FROM newsletter_subscriber ORDER BY id",
            [newsletter.pk, CADENCE],
        )
        cursor.execute("ANALYZE newsletter_subscriber, newsletter_subscription")


def _forget_digests() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE newsletter_digest CASCADE")
