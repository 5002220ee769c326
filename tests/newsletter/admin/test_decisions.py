"""What editors decide about a digest: asked first, done by a button, and written down."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from newsletter.models import Batch, Digest
from newsletter.sending import controls
from tests.factories import DeliveryFactory, DigestFactory

from .conftest import is_refused, messages_of, table_in, words_of

NAMES = ["pause", "resume", "cancel", "release", "mark_sent", "leave_to_next"]
# What can be decided in which state, and the state that it leads to.
POSSIBLE = {
    "held": {"release": "planning", "leave_to_next": "cancelled"},
    "held, may repeat": {"release": "planning, may repeat", "mark_sent": "cancelled, may repeat"},
    "planning": {"pause": "planning, paused"},
    "planning, paused": {"resume": "planning"},
    "sending": {"pause": "sending, paused", "cancel": "cancelled"},
    "sending, paused": {"resume": "sending", "cancel": "cancelled"},
    "sent": {},
    "empty": {},
    "cancelled": {},
}
CHANGES = [(state, name, to) for state, names in POSSIBLE.items() for name, to in names.items()]


@pytest.fixture
def digest_in(newsletter):
    """Make a digest in a state; it is paused, or may repeat posts, where its name says so."""

    def make(state: str) -> Digest:
        name, _, detail = state.partition(", ")
        return DigestFactory(
            newsletter=newsletter,
            state=name,
            may_repeat=detail == "may repeat",
            paused_at=timezone.now() if detail == "paused" else None,
            pause_reason="Too many bounces." if detail == "paused" else "",
        )

    return make


def url_of(name: str, digest) -> str:
    return reverse(f"newsletter_digests:{name}", args=[digest.pk])


def page_of(digest) -> str:
    return reverse("newsletter_digests:inspect", args=[digest.pk])


def state_of(digest) -> str:
    digest.refresh_from_db()
    if digest.paused_at:
        return f"{digest.state}, paused"
    return f"{digest.state}, may repeat" if digest.may_repeat else digest.state


def offered(response) -> list[str]:
    """Return the names of the decisions that a page has links to, in their order."""
    names = {f"/{name.replace('_', '-')}/": name for name in NAMES}
    links = BeautifulSoup(response.content, "html.parser").select("a.button")
    return [names[part] for link in links for part in names if part in link["href"]]


@pytest.mark.parametrize("state", POSSIBLE)
def test_a_digest_offers_what_can_be_decided(admin_client, digest_in, state):
    assert offered(admin_client.get(page_of(digest_in(state)))) == list(POSSIBLE[state])


@pytest.mark.parametrize(("state", "name", "to"), CHANGES)
def test_a_decision_is_asked_about_and_then_done(client_of, digest_in, state, name, to):
    editor, digest = client_of("change_digest"), digest_in(state)
    assert editor.get(url_of(name, digest)).status_code == 200
    assert state_of(digest) == state
    response = editor.post(url_of(name, digest))
    assert response.url == page_of(digest)
    assert state_of(digest) == to


@pytest.mark.parametrize(("state", "name", "to"), CHANGES)
def test_what_was_decided_is_on_record(admin_client, admin_user, digest_in, state, name, to):
    digest = digest_in(state)
    admin_client.post(url_of(name, digest))
    entry = ModelLogEntry.objects.for_instance(digest).get()
    assert (entry.action, entry.user) == (f"newsletter.{name}", admin_user)
    (row,) = table_in(admin_client.get(page_of(digest)), "Decisions")
    assert row["Who"] == "admin"
    assert row["What"]
    assert page_of(digest) in admin_client.get("/admin/reports/site-history/").content.decode()


@pytest.mark.parametrize("state", POSSIBLE)
def test_what_is_impossible_by_now_changes_nothing_and_says_why(admin_client, digest_in, state):
    digest = digest_in(state)
    now = digest.get_state_display() + (", paused" if digest.paused_at else "")
    for name in set(NAMES) - set(POSSIBLE[state]):
        for ask in (admin_client.get, admin_client.post):
            assert ask(url_of(name, digest)).url == page_of(digest)
            said = messages_of(admin_client.get(page_of(digest)))
            assert said == f"Nothing was changed. The digest is now: {now}."
    assert state_of(digest) == state
    assert not ModelLogEntry.objects.for_instance(digest).exists()


@pytest.mark.parametrize("name", ["release", "pause"])
def test_the_same_button_pressed_twice_does_it_once(admin_client, digest_in, name):
    digest = digest_in("held" if name == "release" else "sending")
    admin_client.post(url_of(name, digest))
    state = state_of(digest)
    admin_client.get(page_of(digest))
    response = admin_client.post(url_of(name, digest), follow=True)
    assert "Nothing was changed." in messages_of(response)
    assert state_of(digest) == state
    assert ModelLogEntry.objects.for_instance(digest).count() == 1


def test_posts_are_not_left_to_a_next_digest_once_somebody_has_sent_it(admin_client, digest_in):
    digest = digest_in("held")
    admin_client.get(url_of("leave_to_next", digest))
    controls.release(digest)
    Digest.objects.update(state="sending")
    admin_client.post(url_of("leave_to_next", digest))
    assert state_of(digest) == "sending"


def test_a_pause_says_who_made_it_and_since_when(admin_client, digest_in):
    digest = digest_in("sending")
    response = admin_client.post(url_of("pause", digest), follow=True)
    assert "The digest is paused." in messages_of(response)
    assert "Paused by admin." in words_of(response)
    digest.refresh_from_db()
    assert digest.pause_reason == "Paused by admin."


def test_the_page_says_why_a_digest_is_paused(admin_client, digest_in):
    page = words_of(admin_client.get(page_of(digest_in("sending, paused"))))
    assert "Paused since" in page
    assert "Too many bounces." in page


def test_the_page_says_why_a_digest_is_held(admin_client, digest_in):
    page = words_of(admin_client.get(page_of(digest_in("held"))))
    assert "It is kept back until somebody decides." in page


def test_the_page_says_that_a_digest_waits_for_its_newsletter(admin_client, digest_in, newsletter):
    newsletter.active = False
    newsletter.save()
    page = words_of(admin_client.get(page_of(digest_in("sending"))))
    assert "This digest waits, for its newsletter is not active." in page


def test_cancelling_says_what_is_lost(admin_client, digest_in):
    digest = digest_in("sending")
    for state in ("sent", "pending", "pending"):
        DeliveryFactory(digest=digest, state=state)
    page = words_of(admin_client.get(url_of("cancel", digest)))
    assert "2 mails that wait are not sent." in page
    assert "1 mail has been sent, and stays so." in page


def test_a_decision_leaves_the_mails_to_the_workers(admin_client, digest_in):
    digest = digest_in("sending")
    delivery = DeliveryFactory(digest=digest)
    admin_client.post(url_of("cancel", digest))
    delivery.refresh_from_db()
    assert delivery.state == "pending"
    assert Batch.objects.get().state == "pending"


@pytest.mark.parametrize("name", NAMES)
def test_who_may_only_look_decides_nothing(client_of, digest_in, name):
    digest = digest_in("sending")
    editor = client_of("view_digest")
    assert offered(editor.get(page_of(digest))) == []
    assert is_refused(editor.get(url_of(name, digest)))
    assert is_refused(editor.post(url_of(name, digest)))
    assert state_of(digest) == "sending"


@pytest.mark.parametrize("name", NAMES)
def test_strangers_are_sent_to_the_login(client, digest_in, name):
    digest = digest_in("held")
    for ask in (client.get, client.post):
        assert ask(url_of(name, digest)).url.startswith("/admin/login/")
    assert state_of(digest) == "held"


@pytest.mark.parametrize("name", NAMES)
def test_a_digest_that_does_not_exist_is_not_found(admin_client, db, name):
    url = reverse(f"newsletter_digests:{name}", args=[999])
    assert admin_client.get(url).status_code == 404
    assert admin_client.post(url).status_code == 404
