"""Digests in the admin: how far each is, and what went wrong."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from newsletter.models import Batch, Digest
from tests.factories import (
    BatchFactory,
    CohortFactory,
    DeliveryFactory,
    DigestFactory,
    NewsletterFactory,
    PostFactory,
)

from .conftest import is_refused, table_in

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
    page = response.content.decode()
    assert "after 1 Mar 2026, 8 a.m. and until 2 Mar 2026, 8 a.m. (UTC)" in " ".join(page.split())
    assert {row["Post"]: row["May be mailed"] for row in table_in(response, "Posts")} == {
        "Rain": "True",
        "Snow": "False",
    }
    assert reverse("wagtailadmin_pages:edit", args=[rain.pk]) in page


def test_posts_lead_to_the_site_for_those_who_cannot_edit_them(client_of, digest, section):
    digest.posts.set([PostFactory(parent=section, slug="rain")])
    page = client_of("view_digest").get(inspect_url(digest)).content.decode()
    assert 'href="/journal/rain/"' in page


def test_the_page_counts_every_state(admin_client, digest):
    for state in ("sent", "sent", "skipped"):
        DeliveryFactory(digest=digest, state=state)
    (counts,) = table_in(admin_client.get(inspect_url(digest)), "Deliveries")
    assert counts == {
        "Waiting": "0",
        "Being sent": "0",
        "Sent": "2",
        "Failed": "0",
        "Not sent": "1",
        "In doubt": "0",
    }


def test_a_batch_that_waits_shows_its_error_and_when_it_is_tried_again(admin_client, digest):
    cohort = CohortFactory(digest=digest)
    again = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    BatchFactory(cohort=cohort, attempts=3, error="No connection", not_before=again)
    BatchFactory(cohort=cohort, state=Batch.State.DONE)
    (row,) = table_in(admin_client.get(inspect_url(digest)), "Batches")
    assert (row["Attempts"], row["Last error"]) == ("3", "No connection")
    assert row["Next attempt"] == "2 Mar 2026, 9:30 a.m."


def test_deliveries_that_failed_or_are_in_doubt_are_named(admin_client, digest):
    for state in ("sent", "failed", "in_doubt"):
        DeliveryFactory(
            digest=digest,
            state=state,
            error="550 No such user",
            subscription__subscriber__email=f"{state}@example.com",
        )
    problems = table_in(admin_client.get(inspect_url(digest)), "Failed and in doubt")
    assert [row["Address"] for row in problems] == ["in_doubt@example.com", "failed@example.com"]
    assert {row["Error"] for row in problems} == {"550 No such user"}


def test_addresses_are_shown_only_to_those_who_may_see_subscribers(client_of, digest):
    DeliveryFactory(
        digest=digest, state="failed", subscription__subscriber__email="ana@example.com"
    )
    response = client_of("view_digest").get(inspect_url(digest))
    assert len(table_in(response, "Failed and in doubt")) == 1
    assert "ana@example.com" not in response.content.decode()


def test_no_more_than_fifty_problems_are_shown_and_the_page_says_so(admin_client, digest):
    batch = BatchFactory(cohort=CohortFactory(digest=digest))
    DeliveryFactory.create_batch(51, digest=digest, batch=batch, state="failed")
    response = admin_client.get(inspect_url(digest))
    assert len(table_in(response, "Failed and in doubt")) == 50
    assert "Only the first 50 are shown." in response.content.decode()


def test_cohorts_come_with_their_size_the_largest_first(admin_client, digest, section):
    posts = [PostFactory(parent=section, title=title) for title in ("Snow", "Hail")]
    small = BatchFactory(cohort=CohortFactory(digest=digest, subject="Rain", posts=posts[:1]))
    large = BatchFactory(cohort=CohortFactory(digest=digest, posts=posts))
    DeliveryFactory.create_batch(1, digest=digest, batch=small)
    DeliveryFactory.create_batch(3, digest=digest, batch=large)
    assert table_in(admin_client.get(inspect_url(digest)), "Cohorts") == [
        {"Content": "Hail, Snow", "Subscribers": "3", "Posts": "2"},
        {"Content": "Rain", "Subscribers": "1", "Posts": "1"},
    ]


def test_a_digests_page_takes_as_many_queries_for_many_as_for_one(queries_of, digest, section):
    def grow() -> None:
        posts = [PostFactory(parent=section)]
        digest.posts.add(*posts)
        batch = BatchFactory(cohort=CohortFactory(digest=digest, posts=posts), error="No")
        DeliveryFactory(digest=digest, batch=batch, state="failed")

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
    editor = client_of("change_newsletter", "change_digest", "delete_digest")
    for url in (LIST, f"{LIST}results/", inspect_url(digest)):
        assert is_refused(editor.get(url))
