"""Suppressed addresses in the admin: found, looked at and lifted."""

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from newsletter.models import Suppression
from newsletter.subscribing import suppressing
from tests.factories import SubscriptionFactory

from .conftest import is_refused, messages_of, table_in, words_of

LIST = "/admin/newsletter/suppressions/"


@pytest.fixture
def suppression(newsletter):
    """The suppression of ana, whose mailbox did not exist and who had subscribed."""
    SubscriptionFactory(newsletter=newsletter, subscriber__email="ana@example.com")
    return suppressed("ana@example.com")


def suppressed(address: str, reason: str = "bounced") -> Suppression:
    suppressing.suppress(address, reason, f"550 No such user: {address}", timezone.now())
    return Suppression.objects.get(key=Suppression.key_of(address))


def inspect_url(suppression) -> str:
    return reverse("newsletter_suppressions:inspect", args=[suppression.pk])


def lift_url(suppression) -> str:
    return reverse("newsletter_suppressions:lift", args=[suppression.pk])


def test_the_list_shows_reason_and_detail(admin_client, suppression):
    (row,) = table_in(admin_client.get(LIST))
    assert row["Suppressed address"].startswith("ana@example.com")
    assert row["Reason"] == "does not exist or takes no mail"
    assert row["What the provider said"] == "550 No such user: ana@example.com"


@pytest.mark.parametrize("words", ["ana@example.com", " ANA@Example.com "])
def test_an_address_is_found_however_it_is_written(admin_client, suppression, words):
    suppressed("bo@example.com")
    assert list(admin_client.get(LIST, {"q": words}).context["object_list"]) == [suppression]


def test_a_part_of_an_address_finds_nothing_and_the_list_says_why(admin_client, suppression):
    response = admin_client.get(LIST, {"q": "ana"})
    assert table_in(response) == []
    assert "Give the whole address, not a part." in words_of(response)


def test_a_forgotten_address_is_found_by_its_hash(admin_client, suppression):
    suppressing.forget("ana@example.com", timezone.now())
    response = admin_client.get(LIST, {"q": "ana@example.com"})
    assert list(response.context["object_list"]) == [suppression]
    (row,) = table_in(response)
    assert row["Suppressed address"].startswith("a forgotten address")


def test_the_reason_narrows_the_list(admin_client, suppression):
    match = suppressed("bo@example.com", reason="complained")
    found = admin_client.get(LIST, {"reason": "complained"}).context["object_list"]
    assert list(found) == [match]


def test_an_unknown_filter_value_finds_nothing_and_says_so(admin_client, suppression):
    response = admin_client.get(LIST, {"reason": "bored"})
    assert table_in(response) == []
    assert "A filter has a value that does not exist" in words_of(response)


def test_the_list_takes_as_many_queries_for_many_as_for_one(queries_of, suppression):
    few = queries_of(LIST)
    for number in range(5):
        suppressed(f"reader{number}@example.com")
    assert queries_of(LIST) == few


def test_an_address_has_a_page_that_leads_to_lifting(admin_client, suppression):
    page = admin_client.get(inspect_url(suppression)).content.decode()
    assert "550 No such user: ana@example.com" in page
    assert lift_url(suppression) in page


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("bounced", "A mail server said that there is no such mailbox."),
        ("complained", "Lift this only if they ask you to."),
    ],
)
def test_lifting_is_asked_about_and_says_what_it_means(admin_client, newsletter, reason, words):
    suppression = suppressed("ana@example.com", reason)
    assert words in words_of(admin_client.get(lift_url(suppression)))
    assert Suppression.objects.exists()


def test_lifting_lets_the_subscription_go_on(client_of, suppression, newsletter):
    client_of("delete_suppression").post(lift_url(suppression))
    assert not Suppression.objects.exists()
    assert newsletter.subscriptions.get().state == "active"


def test_lifting_says_so(admin_client, suppression):
    response = admin_client.post(lift_url(suppression), follow=True)
    assert messages_of(response) == "The suppression of ana@example.com is lifted."


def test_lifting_twice_says_that_nothing_was_done(admin_client, suppression):
    admin_client.post(lift_url(suppression), follow=True)
    for ask in (admin_client.get, admin_client.post):
        response = ask(lift_url(suppression), follow=True)
        assert messages_of(response) == "Nothing was changed. It is not suppressed any more."
    assert ModelLogEntry.objects.count() == 1


def test_the_log_does_not_remember_the_address(admin_client, suppression):
    admin_client.post(lift_url(suppression), follow=True)
    assert ModelLogEntry.objects.get().label == f"suppression {suppression.pk}"
    assert "ana@example.com" not in words_of(admin_client.get("/admin/reports/site-history/"))


def test_nobody_adds_edits_or_deletes_suppressions(admin_client, suppression):
    assert "Add suppressed address" not in words_of(admin_client.get(LIST))
    for path in ("add/", "new/", f"edit/{suppression.pk}/", f"delete/{suppression.pk}/"):
        assert admin_client.get(f"{LIST}{path}").status_code == 404


def test_seeing_suppressions_is_not_lifting_them(client_of, suppression):
    editor = client_of("view_suppression")
    page = editor.get(inspect_url(suppression)).content.decode()
    assert lift_url(suppression) not in page
    assert is_refused(editor.get(lift_url(suppression)))
    assert is_refused(editor.post(lift_url(suppression)))
    assert Suppression.objects.exists()


def test_strangers_are_sent_to_the_login(client, suppression):
    for url in (LIST, inspect_url(suppression), lift_url(suppression)):
        assert client.get(url).url.startswith("/admin/login/")


def test_editors_without_permission_are_refused(client_of, suppression):
    editor = client_of("view_subscriber", "change_suppression")
    for url in (LIST, f"{LIST}results/", inspect_url(suppression), lift_url(suppression)):
        assert is_refused(editor.get(url))
