"""A newsletter whose next digest has ten posts, each on a topic of its own, and its readers."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from django.db import ProgrammingError, connection
from django.utils import timezone
from wagtail.rich_text import RichText

from blog.models import Topic
from home.models import HomePage
from newsletter.models import Newsletter, TopicSet
from tests.factories import (
    AuthorFactory,
    BookFactory,
    ImageFactory,
    NewsletterFactory,
    PostFactory,
    SectionFactory,
    TopicFactory,
)

CADENCE = "daily"
POSTS = 10
PARAGRAPH = "<p>She counted <b>eleven</b> posts, <i>as he had</i>, then a twelfth.</p>" * 4


@contextmanager
def newsletter_of_ten_posts() -> Iterator[tuple[Newsletter, datetime]]:
    """Yield the newsletter and when its digest is due; at the end all of it is gone."""
    until = timezone.now().replace(microsecond=0) - timedelta(minutes=10)
    section = SectionFactory(title="Tides", slug="tides", parent=HomePage.objects.get())
    newsletter = NewsletterFactory(slug="tides", section=section, send_time=until.time())
    author = AuthorFactory(name="Märta Lund")
    for number, topic in enumerate(TopicFactory.create_batch(POSTS)):
        PostFactory(
            parent=section,
            title=f"What the tide left, part {number + 1}",
            first_published_at=until - timedelta(hours=number + 1),
            lead_image=ImageFactory(title=f"Bay {number}", file__width=1600, file__height=900),
            lead_image_alt="The bay",
            topics=[topic],
            authors=[author],
            body=[
                ("heading", "The twelfth post"),
                *[("paragraph", RichText(PARAGRAPH))] * 2,
                ("book", {"book": BookFactory(affiliate=True)}),
            ],
        )
    try:
        yield newsletter, until
    finally:
        _empty()
        newsletter.delete()
        section.delete()
        Topic.objects.all().delete()


def fill(newsletter: Newsletter, readers: int, until: datetime) -> None:
    """Have just so many readers: half of them on all topics, the rest on two of nine choices."""
    _empty()
    topics = list(Topic.objects.order_by("pk"))
    choices = [TopicSet.of(topics[n : n + 2]).pk for n in range(POSTS - 1)]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO newsletter_subscriber (email, name, created_at)"
            " SELECT 'reader' || n || '@example.com', 'Reader ' || n, now()"
            " FROM generate_series(1, %s) AS n",
            [readers],
        )
        cursor.execute(
            "INSERT INTO newsletter_subscription (subscriber_id, newsletter_id, state, cadence,"
            " topic_set_id, mailed_through, asked_at)"
            " SELECT id, %s, 'active', %s,"
            " CASE WHEN id %% 2 = 1 THEN (%s::bigint[])[1 + id / 2 %% 9] END, %s, now()"
            " FROM newsletter_subscriber ORDER BY id",
            [newsletter.pk, CADENCE, choices, until - timedelta(days=1)],
        )
        cursor.execute("VACUUM ANALYZE newsletter_subscriber, newsletter_subscription")
        # Else the server writes what was filled in while planning is measured.
        with suppress(ProgrammingError):  # Not every user may.
            cursor.execute("CHECKPOINT")


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE newsletter_subscriber, newsletter_digest, newsletter_topicset CASCADE"
        )
