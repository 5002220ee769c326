"""A newsletter of a German section speaks German: its pages, its notices and its digests."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail

from blog.models import PostPage
from newsletter import tasks
from newsletter.models import Subscription
from tests.factories import (
    CommentFactory,
    NewsletterFactory,
    PostFactory,
    SubscriptionFactory,
)
from tests.two_languages import WORDS
from tests.two_languages.test_translating import page_of

DUE = datetime(2026, 3, 2, 8, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(home, section, translate):
    """A newsletter of the German section, in which there is one post; the English one has two."""
    PostFactory(parent=section, title="The long night", slug="the-long-night")
    translate(home, WORDS)
    PostFactory(parent=section, title="English only", slug="english-only")
    PostPage.objects.update(first_published_at=DUE - timedelta(hours=3))
    german = section.get_translations().get()
    return NewsletterFactory(name="Der Brief", slug="brief", section=german)


def links_in(words: str) -> list[str]:
    return [word.strip("<>") for word in words.split() if word.startswith("http://localhost/")]


def test_signing_up_is_asked_and_confirmed_in_german(
    client, letter, django_capture_on_commit_callbacks
):
    page = client.get("/de/newsletter/brief/")
    assert "Schicken Sie mir Der Brief per E-Mail." in page.content.decode()
    stamp = page.context["form"]["stamp"].value()

    with (
        time_machine.travel(datetime.now(UTC) + timedelta(seconds=5)),
        django_capture_on_commit_callbacks(execute=True),
    ):
        form = {"email": "ana@example.org", "cadence": "weekly", "stamp": stamp, "url": ""}
        answer = client.post("/de/newsletter/brief/", form)
    assert answer.url == "/de/newsletter/brief/asked/"
    (question,) = mail.outbox
    assert question.subject == "Bitte bestätigen: Der Brief"
    (confirm,) = [link for link in links_in(question.body) if "/confirm/" in link]
    assert confirm.startswith("http://localhost/de/newsletter/confirm/")

    assert "Ein Klick, und es beginnt" in page_of(client, confirm)
    client.post(confirm)
    record = Subscription.objects.get().consent_records.latest("pk")
    assert record.wording == "Ja, schicken Sie mir Der Brief."


def test_a_digest_holds_the_posts_of_its_section_in_german(client, letter):
    yesterday = DUE - timedelta(days=1)
    SubscriptionFactory(newsletter=letter, mailed_through=yesterday, subscriber__name="Ana")

    with time_machine.travel(DUE + timedelta(minutes=2), tick=False):
        tasks.tick()

    (digest,) = mail.outbox
    assert digest.subject == "Die lange Nacht"
    html = digest.alternatives[0].content
    for part in (digest.body, html):
        assert "Guten Tag, Ana," in part
        assert "2. März 2026" in part
        assert "English only" not in part
        assert "http://localhost/de/tagebuch/die-lange-nacht/" in part
    assert 'lang="de"' in html
    leave = digest.extra_headers["List-Unsubscribe"].strip("<>")
    assert leave.startswith("http://localhost/de/newsletter/leave/")
    assert "Möchten Sie sich abmelden?" in page_of(client, leave)
    assert "Möchten Sie sich abmelden?" in page_of(client, leave.replace("/de/", "/"))


def test_who_commented_in_german_is_told_of_answers_in_german(letter):
    from blog.comments import mails
    from blog.models import CommentNotice

    post = PostPage.objects.get(locale__language_code="de")
    comment = CommentFactory(post=post, wants_answers=True)
    answer = CommentFactory(post=post, parent=comment, name="Bo")
    notice = CommentNotice(kind="answered", reader=comment, answer=answer)

    message = mails.for_reader(notice)

    assert message.subject == "Bo hat zu „Die lange Nacht“ geantwortet"
    assert "http://localhost/de/comments/" in message.body
