"""Two editors have one page open: each learns of the other, and no words of either are lost."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from home.models import StandardPage

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(home) -> StandardPage:
    page = home.add_child(instance=StandardPage(title="About", slug="about", standfirst="Before."))
    page.save_revision().publish()
    return page


class Editor:
    """Somebody with the page open, who knows of the version that was there when it was opened."""

    def __init__(self, client: Client, page: StandardPage) -> None:
        self.client = client
        self.page = page
        self.address = reverse("wagtailadmin_pages:edit", args=[page.pk])
        opened = client.get(self.address).context
        self.sessions = opened["editing_sessions"]
        self.known = {
            "loaded_revision_id": str(opened["page"].latest_revision_id),
            "loaded_revision_created_at": opened["loaded_revision_created_at"],
        }

    def save(self, words: str, by_itself: bool = False, **buttons: str):
        form = {
            "title": "About",
            "slug": "about",
            "standfirst": words,
            "lead_image": "",
            "lead_image_alt": "",
            "body": streamfield([]),
            "comments": inline_formset([]),
        }
        headers = {"accept": "application/json"} if by_itself else {}
        data = nested_form_data(form) | self.known | buttons
        return self.client.post(self.address, data, headers=headers)

    def others(self) -> dict[str, str]:
        """Who else the editor sees in the page when the browser asks, and what they did."""
        known = {
            "revision_id": self.known["loaded_revision_id"],
            "revision_created_at": self.known["loaded_revision_created_at"],
        }
        return self.client.post(self.sessions.ping_url, known).json()


@pytest.fixture
def open_page(member_of, page) -> Callable[[str], Editor]:
    return lambda name: Editor(member_of("Editor", name), page)


def standfirsts(page: StandardPage) -> list[str]:
    revisions = page.revisions.order_by("created_at", "pk")
    return [revision.content["standfirst"] for revision in revisions]


def test_each_sees_the_other_and_that_there_is_a_newer_version(open_page):
    ana, ben = open_page("ana"), open_page("ben")
    assert [it["user"] for it in ben.others()["other_sessions"]] == ["ana"]
    ana.save("Ana's words.")
    (told,) = ben.others()["other_sessions"]
    assert (told["user"], bool(told["revision_id"])) == ("ana", True)


def test_the_editor_never_writes_over_a_newer_version_by_itself(open_page, page):
    ana, ben = open_page("ana"), open_page("ben")
    assert ana.save("Ana's words.", by_itself=True).json()["success"]
    answer = ben.save("Ben's words.", by_itself=True)
    assert answer.status_code == 400
    assert answer.json()["error_code"] == "invalid_revision"
    assert standfirsts(page) == ["Before.", "Ana's words."]


@pytest.mark.parametrize("buttons", [{}, {"action-publish": "yes"}])
def test_who_saves_or_publishes_all_the_same_leaves_the_other_version_to_be_used(
    open_page, page, client, buttons
):
    ana, ben = open_page("ana"), open_page("ben")
    ana.save("Ana's words.")
    assert ben.save("Ben's words.", **buttons).status_code == 302
    assert standfirsts(page) == ["Before.", "Ana's words.", "Ben's words."]
    shown = "Ben's words." if buttons else "Before."
    assert shown in client.get(page.url).content.decode().replace("&#x27;", "'")

    hers = page.revisions.order_by("created_at", "pk")[1]
    history = ana.client.get(reverse("wagtailadmin_pages:history", args=[page.pk]))
    back = reverse("wagtailadmin_pages:revisions_revert", args=[page.pk, hers.pk])
    assert back in history.content.decode()
    assert ana.client.get(back).context["form"]["standfirst"].value() == "Ana's words."
