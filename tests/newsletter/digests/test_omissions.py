"""A post that cannot be rendered stops no digest: it is omitted, and sent once it can be."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from wagtail.rich_text import RichText

from blog.blocks import ParagraphBlock
from newsletter.digests import planning
from newsletter.models import Batch, Delivery, Digest, Newsletter, Omission
from newsletter.sending import batches, controls
from tests.factories import PostFactory, SubscriptionFactory
from tests.newsletter import send_alerts

from . import DAY, HOUR, MONDAY, TUESDAY, WEDNESDAY

pytestmark = pytest.mark.django_db
BROKEN = [("paragraph", RichText("<p>BROKEN</p>"))]


@pytest.fixture(autouse=True)
def broken(monkeypatch):
    """A fault of a block that no test knows: it raises where a text says so."""
    render = ParagraphBlock.render

    def fail(block, value, context=None):
        if "BROKEN" in value.source:
            raise ZeroDivisionError("some fault")
        return render(block, value, context)

    monkeypatch.setattr(ParagraphBlock, "render", fail)


@pytest.fixture
def reader(newsletter):
    """A reader who gets whole posts each day."""
    Newsletter.objects.update(post_form=Newsletter.Form.FULL)
    newsletter.refresh_from_db()
    return SubscriptionFactory(newsletter=newsletter, mailed_through=MONDAY - DAY)


def send(newsletter, until) -> Digest:
    """Plan a digest and send all of it."""
    digest = planning.plan(newsletter, "daily", until, until + timedelta(minutes=2))
    for batch in Batch.objects.filter(cohort__digest=digest):
        batches.send(batch.pk)
    digest.refresh_from_db()
    return digest


def bodies() -> list[str]:
    return [message.body for message in mail.outbox if "reader" in message.to[0]]


def post_of(section, title: str, at, body=None):
    return PostFactory(
        parent=section, title=title, first_published_at=at, **({"body": body} if body else {})
    )


def mend(post) -> None:
    post.body = [("paragraph", RichText("<p>Mended.</p>"))]
    post.save()


def test_it_is_omitted_and_sent_with_the_next_digest_once(newsletter, section, reader):
    post_of(section, "Sound", MONDAY - HOUR)
    broken = post_of(section, "Faulty", MONDAY - HOUR, BROKEN)
    digest = send(newsletter, MONDAY)
    (omission,) = Omission.of(digest)
    assert (omission.post_id, omission.is_owed) == (broken.pk, True)
    assert "ZeroDivisionError: some fault" in omission.error

    assert send(newsletter, TUESDAY).state == Digest.State.EMPTY  # It is broken still.
    mend(broken)
    post_of(section, "Newer", WEDNESDAY - HOUR)
    send(newsletter, WEDNESDAY)
    send(newsletter, WEDNESDAY + DAY)
    first, second = bodies()
    assert "Sound" in first and "Faulty" not in first
    assert "Faulty" in second and "Newer" in second and "Sound" not in second


def test_omitted_post_is_owed_only_to_readers_who_missed_it(newsletter, section, reader):
    broken = post_of(section, "Faulty", MONDAY - HOUR, BROKEN)
    post_of(section, "Sound", MONDAY - HOUR)
    send(newsletter, MONDAY)
    mend(broken)
    joined = SubscriptionFactory(newsletter=newsletter, mailed_through=MONDAY)
    send(newsletter, TUESDAY)
    assert Delivery.objects.filter(subscription=reader).count() == 2
    assert not Delivery.objects.filter(subscription=joined).exists()


def test_readers_who_had_it_before_it_broke_do_not_get_it_again(newsletter, section, reader):
    """Between two batches of a variant an editor broke one post and withdrew another."""
    later = SubscriptionFactory(newsletter=newsletter, mailed_through=MONDAY - DAY)
    fine = post_of(section, "Later faulty", MONDAY - HOUR)
    withdrawn = post_of(section, "Withdrawn", MONDAY - HOUR)
    post_of(section, "Sound", MONDAY - HOUR)
    digest = planning.plan(newsletter, "daily", MONDAY, MONDAY + HOUR)
    batch = Batch.objects.get()
    own = Batch.objects.create(cohort=batch.cohort, size=1)
    Delivery.objects.filter(subscription=later).update(batch=own)
    batches.send(batch.pk)
    fine.body = BROKEN
    fine.save()
    withdrawn.unpublish()
    batches.send(own.pk)
    assert [it.is_owed for it in Omission.of(digest)] == [False]
    mend(fine)
    send(newsletter, TUESDAY)
    assert sum("Later faulty" in body for body in bodies()) == 1


def test_where_no_post_can_be_rendered_the_digest_is_paused_and_goes_on(
    newsletter, section, reader
):
    broken = post_of(section, "Faulty", MONDAY - HOUR, BROKEN)
    digest = send(newsletter, MONDAY)
    assert digest.pause_code == "unrenderable"
    assert bodies() == []
    mend(broken)
    controls.resume(digest)
    batches.send(Batch.objects.get().pk)
    assert len(bodies()) == 1


def test_editors_see_which_post_and_why(
    newsletter, section, reader, admin_client, django_capture_on_commit_callbacks
):
    post_of(section, "Faulty", MONDAY - HOUR, BROKEN)
    post_of(section, "Sound", MONDAY - HOUR)
    with django_capture_on_commit_callbacks(execute=True):
        digest = send(newsletter, MONDAY)
    page = admin_client.get(f"/admin/newsletter/digests/inspect/{digest.pk}/").content.decode()
    assert "Omitted posts" in page
    assert "some fault" in page
    (alert,) = send_alerts(timezone.now())
    text = " ".join(alert.body.split())
    assert "Goes out without a post that cannot be rendered." in text
    assert "Faulty: ZeroDivisionError: some fault" in text
