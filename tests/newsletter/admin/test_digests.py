"""Digests in the admin: how far each is, and what went wrong."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.log_actions import log
from wagtail.users.models import UserProfile

from newsletter.models import Batch, Digest, Newsletter
from tests.factories import (
    BatchFactory,
    CohortFactory,
    DeliveryFactory,
    DigestFactory,
    NewsletterFactory,
    PostFactory,
)

from .conftest import is_refused, table_in, words_of

LIST = "/admin/newsletter/digests/"


@pytest.fixture
def digest(newsletter):
    return DigestFactory(newsletter=newsletter)


def inspect_url(digest) -> str:
    return reverse("newsletter_digests:inspect", args=[digest.pk])


def test_the_list_counts_what_became_of_the_deliveries(admin_client, digest):
    for state in ("sent", "sent", "failed", "in_doubt", "pending", "submitting", "skipped"):
        DeliveryFactory(digest=digest, state=state)
    (row,) = table_in(admin_client.get(LIST))
    assert row["Newsletter"].startswith("The Letter")
    assert row["State"] == "being sent"
    counts = {label: row[label] for label in ("Sent", "Failed", "In doubt", "Waiting")}
    assert counts == {"Sent": "2", "Failed": "1", "In doubt": "1", "Waiting": "2"}


def test_the_list_shows_when_by_the_newsletters_clock(admin_client, digest):
    Newsletter.objects.update(time_zone="America/New_York")
    Digest.objects.update(until=datetime(2026, 3, 2, 13, tzinfo=UTC))
    (row,) = table_in(admin_client.get(LIST))
    assert row["Posts until"] == "2 Mar 2026, 8 a.m. America/New_York"


def test_the_list_names_no_time_zone_that_is_the_readers_own(admin_client, admin_user, digest):
    Newsletter.objects.update(time_zone="America/New_York")
    Digest.objects.update(until=datetime(2026, 3, 2, 13, tzinfo=UTC))
    UserProfile.objects.create(user=admin_user, current_time_zone="America/New_York")
    (row,) = table_in(admin_client.get(LIST))
    assert row["Posts until"] == "2 Mar 2026, 8 a.m."


def test_the_list_says_which_are_paused(admin_client, digest):
    Digest.objects.update(paused_at=timezone.now())
    (row,) = table_in(admin_client.get(LIST))
    assert row["State"] == "being sent, paused"


def test_each_filter_narrows_the_list(admin_client, digest, section):
    other = NewsletterFactory(section=section)
    match = DigestFactory(newsletter=other, cadence="weekly", state="sent")
    for name, value in {"newsletter": other.pk, "cadence": "weekly", "state": "sent"}.items():
        found = admin_client.get(LIST, {name: value}).context["object_list"]
        assert list(found) == [match]


def test_an_unknown_filter_value_finds_nothing_and_says_so(admin_client, digest):
    response = admin_client.get(LIST, {"cadence": "hourly"})
    assert table_in(response) == []
    assert "A filter has a value that does not exist" in response.content.decode()


def test_the_list_takes_as_many_queries_for_many_as_for_one(queries_of, digest):
    DeliveryFactory(digest=digest)
    few = queries_of(LIST)
    for another in DigestFactory.create_batch(5, newsletter=digest.newsletter):
        DeliveryFactory.create_batch(2, digest=another)
    assert queries_of(LIST) == few


def test_the_page_shows_the_window_and_the_posts(admin_client, digest, section):
    Digest.objects.update(
        since=datetime(2026, 3, 1, 8, tzinfo=UTC), until=datetime(2026, 3, 2, 8, tzinfo=UTC)
    )
    rain = PostFactory(parent=section, title="Rain")
    draft = PostFactory(parent=section, title="Snow", live=False)
    digest.posts.set([rain, draft])
    response = admin_client.get(inspect_url(digest))
    assert "after 1 Mar 2026, 8 a.m. and until 2 Mar 2026, 8 a.m." in words_of(response)
    assert {row["Post"]: row["May be mailed"] for row in table_in(response, "Posts")} == {
        "Rain": "True",
        "Snow": "False",
    }
    assert reverse("wagtailadmin_pages:edit", args=[rain.pk]) in response.content.decode()


def test_times_are_those_of_the_newsletters_zone(admin_client, digest):
    Newsletter.objects.update(time_zone="America/New_York")
    Digest.objects.update(until=datetime(2026, 3, 2, 13, tzinfo=UTC))
    page = words_of(admin_client.get(inspect_url(digest)))
    assert "until 2 Mar 2026, 8 a.m." in page
    assert "in the newsletter’s time zone, America/New_York" in page


def test_posts_lead_to_the_site_for_those_who_cannot_edit_them(client_of, digest, section):
    digest.posts.set([PostFactory(parent=section, slug="rain")])
    page = client_of("view_digest").get(inspect_url(digest)).content.decode()
    assert 'href="/journal/rain/"' in page


def counts_on(response) -> dict[str, str]:
    rows = table_in(response, "Mails")
    return {row["What became of them"]: row["Mails"] for row in rows}


def test_the_page_counts_what_became_of_the_mails(admin_client, digest):
    for state in ("sent", "sent", "skipped", "pending"):
        DeliveryFactory(digest=digest, state=state)
    assert counts_on(admin_client.get(inspect_url(digest))) == {
        "Waiting": "1",
        "Sent": "2",
        "Failed": "0",
        "Not sent": "1",
        "In doubt": "0",
    }


def test_the_page_counts_what_the_provider_told(admin_client, digest):
    cohort = CohortFactory(digest=digest)
    BatchFactory(cohort=cohort, state="done", size=5, sent=5, delivered=3, bounced=2)
    BatchFactory(cohort=cohort, state="done", size=1200, sent=1200, complained=1)
    counts = counts_on(admin_client.get(inspect_url(digest)))
    assert counts["Sent"] == "1,205"
    told = [counts[label] for label in ("Delivered", "Bounced", "Complained of")]
    assert told == ["3", "2", "1"]


def test_counts_outlive_the_deliveries(admin_client, digest):
    DeliveryFactory(digest=digest, state="sent").delete()
    assert counts_on(admin_client.get(inspect_url(digest)))["Sent"] == "1"


def test_a_part_that_waits_shows_its_error_and_when_it_is_tried_again(admin_client, digest):
    cohort = CohortFactory(digest=digest)
    again = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    BatchFactory(cohort=cohort, attempts=3, error="No connection", not_before=again)
    BatchFactory(cohort=cohort, state=Batch.State.DONE)
    (row,) = table_in(admin_client.get(inspect_url(digest)), "Parts")
    assert (row["Attempts"], row["Last error"]) == ("3", "No connection")
    assert row["Next attempt"] == "2 Mar 2026, 9:30 a.m."


def test_nothing_of_a_paused_digest_has_a_next_attempt(admin_client, digest):
    BatchFactory(cohort=CohortFactory(digest=digest))
    Digest.objects.update(paused_at=timezone.now())
    (row,) = table_in(admin_client.get(inspect_url(digest)), "Parts")
    assert row["Next attempt"] == ""


def test_mails_that_failed_are_named_with_their_error(admin_client, digest):
    for state in ("sent", "failed", "in_doubt"):
        DeliveryFactory(
            digest=digest,
            state=state,
            error="550 No such user",
            subscription__subscriber__email=f"{state}@example.com",
        )
    failed = table_in(admin_client.get(inspect_url(digest)), "Failed")
    assert failed == [{"To, and what went wrong": "failed@example.com 550 No such user"}]


@pytest.mark.parametrize(("state", "table"), [("failed", "Failed"), ("in_doubt", "In doubt")])
def test_addresses_are_shown_only_to_those_who_may_see_subscribers(client_of, digest, state, table):
    DeliveryFactory(digest=digest, state=state, subscription__subscriber__email="ana@example.com")
    response = client_of("view_digest").get(inspect_url(digest))
    assert len(table_in(response, table)) == 1
    assert "ana@example.com" not in response.content.decode()


@pytest.mark.parametrize(("state", "table"), [("failed", "Failed"), ("in_doubt", "In doubt")])
def test_no_more_than_fifty_mails_are_shown_and_the_page_says_so(
    admin_client, digest, state, table
):
    batch = BatchFactory(cohort=CohortFactory(digest=digest))
    DeliveryFactory.create_batch(51, digest=digest, batch=batch, state=state)
    response = admin_client.get(inspect_url(digest))
    assert len(table_in(response, table)) == 50
    assert "Only the first 50 are shown." in response.content.decode()


def test_versions_come_with_their_readers_the_largest_first(admin_client, digest, section):
    posts = [PostFactory(parent=section, title=title) for title in ("Snow", "Hail")]
    small = BatchFactory(cohort=CohortFactory(digest=digest, subject="Rain", posts=posts[:1]))
    large = BatchFactory(cohort=CohortFactory(digest=digest, posts=posts))
    DeliveryFactory.create_batch(1, digest=digest, batch=small)
    DeliveryFactory.create_batch(3, digest=digest, batch=large)
    assert table_in(admin_client.get(inspect_url(digest)), "Versions") == [
        {"Content": "Hail, Snow", "Readers": "3", "Posts": "2"},
        {"Content": "Rain", "Readers": "1", "Posts": "1"},
    ]


def test_a_digests_page_takes_as_many_queries_for_many_as_for_one(queries_of, digest, section):
    def grow() -> None:
        posts = [PostFactory(parent=section)]
        digest.posts.add(*posts)
        batch = BatchFactory(cohort=CohortFactory(digest=digest, posts=posts), error="No")
        for state in ("failed", "in_doubt"):
            DeliveryFactory(digest=digest, batch=batch, state=state, error=str(batch))
        log(instance=digest, action="newsletter.pause")

    grow()
    few = queries_of(inspect_url(digest))
    for _ in range(4):
        grow()
    assert queries_of(inspect_url(digest)) == few


def test_nobody_makes_changes_or_deletes_digests(admin_client, digest):
    assert "Add digest" not in admin_client.get(LIST).content.decode()
    for path in ("add/", "new/", f"edit/{digest.pk}/", f"delete/{digest.pk}/"):
        assert admin_client.get(f"{LIST}{path}").status_code == 404


def test_a_digest_that_does_not_exist_is_not_found(admin_client, db):
    assert admin_client.get(f"{LIST}inspect/999/").status_code == 404


def test_strangers_are_sent_to_the_login(client, digest):
    for url in (LIST, inspect_url(digest)):
        assert client.get(url).url.startswith("/admin/login/")


def test_editors_without_permission_are_refused(client_of, digest):
    editor = client_of("change_newsletter", "add_digest", "delete_digest")
    for url in (LIST, f"{LIST}results/", inspect_url(digest)):
        assert is_refused(editor.get(url))
