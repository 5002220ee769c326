"""Mails in doubt: shown with what is known of them, and settled by an editor."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from wagtail.models import ModelLogEntry

from newsletter.models import Batch, Delivery, Digest
from tests.factories import BatchFactory, CohortFactory, DeliveryFactory, DigestFactory

from .conftest import is_refused, messages_of, table_in, words_of

NAMES = ["count_as_sent", "send_again"]
ENDS = [("count_as_sent", "sent"), ("send_again", "pending")]
NONE_LEFT = "Nothing was changed. None of these mails is in doubt any more."


@pytest.fixture
def digest(newsletter):
    return DigestFactory(newsletter=newsletter)


@pytest.fixture
def doubts(digest):
    """Three mails in doubt, to a, b and c, and one that was sent."""
    batch = BatchFactory(cohort=CohortFactory(digest=digest), state="done")
    DeliveryFactory(digest=digest, batch=batch, state="sent")
    return [
        DeliveryFactory(
            digest=digest,
            batch=batch,
            state="in_doubt",
            error="timed out" if name == "c" else "The worker stopped.",
            subscription__subscriber__email=f"{name}@example.com",
        )
        for name in "abc"
    ]


def page_of(digest) -> str:
    return reverse("newsletter_digests:inspect", args=[digest.pk])


def url_of(name: str, digest) -> str:
    return reverse(f"newsletter_digests:{name}", args=[digest.pk])


def confirm(client, name: str, digest, choice: dict):
    """Choose on the digest's page, and press the button on the page that asks."""
    response = client.get(url_of(name, digest), choice)
    form = BeautifulSoup(response.content, "html.parser").select_one("form[method=post]")
    fields: dict[str, list[str]] = {}
    for field in form.select("input[type=hidden]"):
        fields.setdefault(field["name"], []).append(field["value"])
    return client.post(url_of(name, digest), fields, follow=True)


def states(deliveries) -> list[str]:
    return [Delivery.objects.get(pk=delivery.pk).state for delivery in deliveries]


def test_the_page_says_how_many_are_in_doubt_and_why(admin_client, digest, doubts):
    response = admin_client.get(page_of(digest))
    page = words_of(response)
    assert "3 mails were handed to the mail server, and nobody knows" in page
    assert "2 mails: The worker stopped. 1 mail: timed out" in page
    rows = [row["To, and what went wrong"] for row in table_in(response, "In doubt")]
    assert rows[2] == "c@example.com timed out"


def test_a_digest_without_doubts_says_nothing_of_them(admin_client, digest):
    DeliveryFactory(digest=digest, state="sent")
    response = admin_client.get(page_of(digest))
    assert "nobody knows whether they were taken" not in words_of(response)


def test_doubts_whose_mails_were_cleared_away_are_past_settling(admin_client, digest, doubts):
    Delivery.objects.all().delete()
    response = admin_client.get(page_of(digest))
    assert "what was known of the single mails has been cleared away" in words_of(response)
    assert url_of("send_again", digest) not in response.content.decode()


@pytest.mark.parametrize(("name", "end"), ENDS)
def test_all_mails_of_a_digest_are_settled(client_of, digest, doubts, name, end):
    confirm(client_of("change_digest"), name, digest, {"all": "1"})
    assert states(doubts) == [end] * 3
    assert Batch.objects.get().in_doubt == 0


@pytest.mark.parametrize(("name", "end"), ENDS)
def test_only_those_chosen_are_settled(admin_client, digest, doubts, name, end):
    confirm(admin_client, name, digest, {"delivery": [doubts[0].pk, doubts[2].pk]})
    assert states(doubts) == [end, "in_doubt", end]


def test_counting_as_sent_says_so(admin_client, digest, doubts):
    response = confirm(admin_client, "count_as_sent", digest, {"all": "1"})
    assert messages_of(response) == "3 mails count as sent."


def test_what_is_to_be_sent_again_waits_in_a_digest_that_goes_on(admin_client, digest, doubts):
    Digest.objects.update(state="sent")
    response = confirm(admin_client, "send_again", digest, {"delivery": [doubts[0].pk]})
    assert messages_of(response) == "1 mail is sent again within a minute or two."
    digest.refresh_from_db()
    assert digest.state == "sending"
    assert Batch.objects.get().state == "pending"


def test_sending_again_warns_that_readers_may_get_it_twice(admin_client, digest, doubts):
    response = admin_client.get(url_of("send_again", digest), {"delivery": [doubts[1].pk]})
    page = words_of(response)
    assert "Do you want to send 1 mail again?" in page
    assert "These readers may get the mail twice" in page
    assert "b@example.com" in page
    assert "a@example.com" not in page


def test_of_many_some_are_named(admin_client, digest):
    batch = BatchFactory(cohort=CohortFactory(digest=digest), state="done")
    DeliveryFactory.create_batch(12, digest=digest, batch=batch, state="in_doubt")
    page = words_of(admin_client.get(url_of("send_again", digest), {"all": "1"}))
    assert page.count("@example.com") == 10
    assert "and 2 others" in page


@pytest.mark.parametrize("name", NAMES)
def test_asking_changes_nothing(admin_client, digest, doubts, name):
    admin_client.get(url_of(name, digest), {"all": "1"})
    assert states(doubts) == ["in_doubt"] * 3


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_done_where_none_is_chosen(admin_client, digest, doubts, name):
    response = admin_client.get(url_of(name, digest), follow=True)
    assert messages_of(response) == "Choose the mails first."


@pytest.mark.parametrize("value", ["", "x", "-1", "²", "9" * 40])
def test_a_choice_that_means_nothing_chooses_nothing(admin_client, digest, doubts, value):
    response = admin_client.get(url_of("send_again", digest), {"delivery": value}, follow=True)
    assert messages_of(response) == NONE_LEFT
    admin_client.post(url_of("send_again", digest), {"delivery": value, "expected": value})
    assert states(doubts) == ["in_doubt"] * 3


@pytest.mark.parametrize(("name", "end"), ENDS)
def test_the_same_button_pressed_twice_does_it_once(admin_client, digest, doubts, name, end):
    confirm(admin_client, name, digest, {"all": "1"})
    again = admin_client.post(url_of(name, digest), {"all": "1", "expected": "3"}, follow=True)
    assert messages_of(again) == NONE_LEFT
    assert states(doubts) == [end] * 3
    assert ModelLogEntry.objects.for_instance(digest).count() == 1


def test_what_an_event_has_settled_meanwhile_is_left_alone(admin_client, digest, doubts):
    chosen = {"delivery": [delivery.pk for delivery in doubts], "expected": "3"}
    Delivery.objects.filter(pk=doubts[0].pk).update(state="failed")
    response = admin_client.post(url_of("send_again", digest), chosen, follow=True)
    assert messages_of(response) == "2 mails are sent again within a minute or two."
    assert states(doubts) == ["failed", "pending", "pending"]


def test_of_more_than_were_named_it_asks_again(admin_client, digest, doubts):
    response = admin_client.post(
        url_of("send_again", digest), {"all": "1", "expected": "2"}, follow=True
    )
    assert messages_of(response) == "Meanwhile there are more. Look again."
    assert "Do you want to send 3 mails again?" in words_of(response)
    assert states(doubts) == ["in_doubt"] * 3


def test_mails_of_another_digest_cannot_be_chosen(admin_client, digest, doubts, newsletter):
    other = DigestFactory(newsletter=newsletter)
    chosen = {"delivery": [doubts[0].pk], "expected": "1"}
    admin_client.post(url_of("send_again", other), chosen)
    assert states(doubts) == ["in_doubt"] * 3


def test_mails_of_a_cancelled_digest_are_not_sent_again(admin_client, digest, doubts):
    Digest.objects.update(state="cancelled")
    page = admin_client.get(page_of(digest)).content.decode()
    assert url_of("count_as_sent", digest) in page
    assert url_of("send_again", digest) not in page
    response = admin_client.post(
        url_of("send_again", digest), {"all": "1", "expected": "3"}, follow=True
    )
    assert "The digest is now: cancelled." in messages_of(response)
    assert states(doubts) == ["in_doubt"] * 3


def test_what_was_decided_is_on_record_with_the_number(admin_client, admin_user, digest, doubts):
    confirm(admin_client, "count_as_sent", digest, {"all": "1"})
    (row,) = table_in(admin_client.get(page_of(digest)), "Decisions")
    assert (row["Who"], row["What"]) == ("admin", "Mails in doubt counted as sent: 3")


@pytest.mark.parametrize("name", NAMES)
def test_who_may_only_look_settles_nothing(client_of, digest, doubts, name):
    editor = client_of("view_digest")
    assert url_of(name, digest) not in editor.get(page_of(digest)).content.decode()
    assert is_refused(editor.get(url_of(name, digest), {"all": "1"}))
    assert is_refused(editor.post(url_of(name, digest), {"all": "1", "expected": "3"}))
    assert states(doubts) == ["in_doubt"] * 3


def test_addresses_are_named_only_to_those_who_may_see_subscribers(client_of, digest, doubts):
    response = client_of("change_digest").get(url_of("send_again", digest), {"all": "1"})
    assert "a@example.com" not in response.content.decode()
    assert f"mail {doubts[0].pk}" in words_of(response)
