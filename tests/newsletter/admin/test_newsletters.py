"""Newsletters in the admin, and what is not deleted under subscribers."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from blog.models import BlogIndexPage, Topic
from newsletter.models import Newsletter
from tests.factories import (
    DigestFactory,
    NewsletterFactory,
    SubscriptionFactory,
    TopicFactory,
)

from .conftest import is_refused, messages_of, table_in, words_of

LIST = "/admin/snippets/newsletter/newsletter/"


def form_data(section, **changes) -> dict:
    return {
        "name": "The Letter",
        "slug": "letter",
        "description": "",
        "section": section.pk,
        "active": "on",
        "post_form": Newsletter.Form.FULL,
        "offers_daily": "on",
        "send_time": "08:00",
        "weekday": "0",
        "time_zone": "Europe/London",
        "sender_name": "The Letter",
        "sender_email": "letter@news.example.org",
        "reply_to": "",
        "postal_address": "1 Quiet Street",
        "reason": "You signed up.",
        **changes,
    }


def delete_url(snippet) -> str:
    return reverse(snippet.snippet_viewset.get_url_name("delete"), args=[snippet.pk])


def bulk_delete_url(snippet) -> str:
    path = f"{snippet._meta.app_label}/{snippet._meta.model_name}/delete"
    return f"/admin/bulk/{path}/?id={snippet.pk}&next=/admin/"


def test_the_list_shows_section_and_cadences(admin_client, newsletter):
    (row,) = table_in(admin_client.get(LIST))
    assert row["Section"] == "Journal"
    assert row["Cadences"] == "daily, weekly"
    assert row["Active"] == "True"


def test_an_editor_makes_a_newsletter(client_of, section):
    editor = client_of("add_newsletter")
    assert editor.get(f"{LIST}add/").status_code == 200
    response = editor.post(f"{LIST}add/", form_data(section))
    assert response.status_code == 302
    newsletter = Newsletter.objects.get()
    assert [str(cadence) for cadence in newsletter.cadences] == ["daily"]
    assert str(newsletter.time_zone) == "Europe/London"


def test_a_newsletter_without_a_cadence_is_not_saved(admin_client, section):
    data = form_data(section)
    del data["offers_daily"]
    response = admin_client.post(f"{LIST}add/", data)
    assert "Offer digests daily, weekly, or both." in response.content.decode()
    assert not Newsletter.objects.exists()


@pytest.mark.parametrize("slug", ["confirm", "preferences", "leave"])
def test_a_newsletter_does_not_take_the_address_of_a_link(admin_client, section, slug):
    response = admin_client.post(f"{LIST}add/", form_data(section, slug=slug))
    assert "The site uses this address itself." in response.content.decode()
    assert not Newsletter.objects.exists()


def test_an_editor_sets_the_pace(admin_client, section):
    begins = timezone.localdate() + timedelta(days=7)
    data = form_data(section, most_an_hour="1000", warming_since=begins.isoformat())
    admin_client.post(f"{LIST}add/", data)
    newsletter = Newsletter.objects.get()
    assert (newsletter.most_an_hour, newsletter.warming_since) == (1000, begins)


def test_the_form_says_what_the_pace_does(admin_client, newsletter):
    page = words_of(admin_client.get(f"{LIST}edit/{newsletter.pk}/"))
    assert "at 1,000 an hour, 10,000 readers have their digest after ten hours" in page
    assert "50 mails on that day" in page


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("most_an_hour", "0", "greater than or equal to 1"),
        ("warming_since", "2999-01-01", "Choose the day of the first mail, within the next month."),
    ],
)
def test_a_pace_that_makes_no_sense_is_not_saved(admin_client, section, name, value, problem):
    response = admin_client.post(f"{LIST}add/", form_data(section, **{name: value}))
    assert problem in words_of(response)
    assert not Newsletter.objects.exists()


def test_pages_can_choose_a_newsletter(admin_client, newsletter):
    chooser = admin_client.get("/admin/snippets/choose/newsletter/newsletter/")
    assert "The Letter" in chooser.json()["html"]


def test_editors_without_permission_are_refused(client_of, newsletter):
    editor = client_of("view_subscriber", "view_digest")
    for url in (LIST, f"{LIST}add/", f"{LIST}edit/{newsletter.pk}/", delete_url(newsletter)):
        assert is_refused(editor.get(url))


def test_the_menu_leads_only_where_one_may_go(client_of, admin_client, newsletter):
    places = {
        "newsletter": LIST,
        "subscriber": "/admin/newsletter/subscribers/",
        "digest": "/admin/newsletter/digests/",
        "suppression": "/admin/newsletter/suppressions/",
    }
    everything = admin_client.get("/admin/").content.decode()
    assert all(url in everything for url in places.values())
    some = client_of("view_digest").get("/admin/").content.decode()
    assert {name for name, url in places.items() if url in some} == {"digest"}


@pytest.mark.parametrize("address", [delete_url, bulk_delete_url])
@pytest.mark.parametrize("make", [SubscriptionFactory, DigestFactory])
def test_a_newsletter_with_a_history_is_not_deleted(admin_client, newsletter, address, make):
    make(newsletter=newsletter)
    response = admin_client.post(address(newsletter), follow=True)
    assert "cannot be deleted. Make it inactive instead" in messages_of(response)
    assert Newsletter.objects.exists()


@pytest.mark.parametrize("address", [delete_url, bulk_delete_url])
def test_a_newsletter_without_a_history_is_deleted(admin_client, newsletter, address):
    admin_client.post(address(newsletter))
    assert not Newsletter.objects.exists()


@pytest.mark.parametrize("address", [delete_url, bulk_delete_url])
def test_a_topic_that_subscribers_chose_is_not_deleted(admin_client, newsletter, address):
    sleep = TopicFactory(name="Sleep")
    SubscriptionFactory(newsletter=newsletter, topics=[sleep])
    response = admin_client.post(address(sleep), follow=True)
    assert "Subscribers have chosen “Sleep”" in messages_of(response)
    assert Topic.objects.filter(pk=sleep.pk).exists()


def test_a_topic_that_nobody_chose_is_deleted(admin_client, newsletter):
    topic = TopicFactory()
    admin_client.post(delete_url(topic))
    assert not Topic.objects.exists()


def test_the_section_of_a_newsletter_is_not_deleted(client, admin_client, section):
    admin_client.post(f"{LIST}add/", form_data(section))
    response = admin_client.post(reverse("wagtailadmin_pages:delete", args=[section.pk]))
    assert is_refused(response)
    assert BlogIndexPage.objects.exists()


def test_the_list_takes_as_many_queries_for_many_as_for_one(queries_of, newsletter, section):
    few = queries_of(LIST)
    NewsletterFactory.create_batch(5, section=section)
    assert queries_of(LIST) == few
