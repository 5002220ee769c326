"""Authors write, editors publish, moderators look after comments: each no more than that."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from wagtail.images import get_image_model
from wagtail.models import Page, Workflow
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from blog.models import Author, BlogIndexPage, PostPage
from core.tasks import publish_scheduled
from tests.factories import AuthorFactory, PostFactory, TopicFactory
from tests.files import png

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(member_of):
    return member_of("Author")


@pytest.fixture
def editor(member_of):
    return member_of("Editor")


@pytest.fixture
def form(section):
    """The form of a post that has all it needs."""

    def form(action: str = "", bylines: list | None = None, initial: int = 0, **fields) -> dict:
        values = {
            "title": "Rain",
            "slug": "rain",
            "standfirst": "",
            "lead_image": "",
            "lead_image_alt": "",
            "recommendations": streamfield([]),
            "body": streamfield([("heading", "It falls")]),
            "bylines": inline_formset(bylines or [{"author": AuthorFactory().pk}], initial=initial),
            "comments": inline_formset([]),
            "in_digests": "on",
            "listed": "on",
            "commenting": "open",
            "close_after_days": "30",
            **fields,
        }
        data = nested_form_data(values) | {"topics": [TopicFactory().pk]}
        return data | ({action: "yes"} if action else {})

    return form


@pytest.fixture
def draft(author, section, form) -> PostPage:
    """A draft by the author who is logged in."""
    author.post(add_url(section), form())
    return PostPage.objects.get()


def form_of(post, form, action="", **fields) -> dict:
    """Return the form of a post that is there already."""
    (byline,) = post.bylines.all()
    bylines = [{"id": byline.pk, "author": byline.author_id}]
    return form(action, bylines=bylines, initial=1, slug=post.slug, **fields)


def add_url(section, kind: str = "postpage") -> str:
    return f"/admin/pages/add/blog/{kind}/{section.pk}/"


def edit_url(page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def is_sent_away(response) -> bool:
    return response.status_code == 302 and response.url == "/admin/"


def test_a_fresh_site_has_three_groups_and_one_workflow():
    assert set(Group.objects.values_list("name", flat=True)) == {"Author", "Editor", "Moderator"}
    workflow = Workflow.objects.get()
    assert [task.name for task in workflow.tasks] == ["Approval by an editor"]
    assert Page.get_first_root_node().get_workflow() == workflow


def test_an_author_writes_a_draft(draft, author):
    assert draft.owner == author.user
    assert not draft.live


def test_an_author_does_not_publish(author, section, form):
    page = author.get(add_url(section)).content.decode()
    assert "action-submit" in page
    assert "action-publish" not in page
    author.post(add_url(section), form("action-publish"))
    assert not PostPage.objects.get().live


def test_an_author_does_not_publish_from_the_list_either(author, draft):
    author.post(f"/admin/bulk/wagtailcore/page/publish/?id={draft.pk}&next=/admin/")
    assert not PostPage.objects.get().live


def test_what_an_author_submits_is_mailed_to_editors_and_published_when_approved(
    author, editor, draft, form
):
    author.post(edit_url(draft), form_of(draft, form, "action-submit"))
    (sent,) = mail.outbox
    assert sent.to == [editor.user.email]
    assert "Rain" in sent.subject

    state = draft.workflow_states.get().current_task_state
    url = reverse("wagtailadmin_pages:workflow_action", args=[draft.pk, "approve", state.pk])
    editor.post(url)
    assert PostPage.objects.get().live


def test_an_editor_asks_for_changes_and_the_author_reads_why(author, editor, draft, form):
    author.post(edit_url(draft), form_of(draft, form, "action-submit"))
    state = draft.workflow_states.get().current_task_state
    mail.outbox.clear()
    url = reverse("wagtailadmin_pages:workflow_action", args=[draft.pk, "reject", state.pk])
    editor.post(url, {"comment": "Who says so?"})
    assert not PostPage.objects.get().live
    (sent,) = mail.outbox
    assert sent.to == [author.user.email]
    assert "Who says so?" in sent.body


def test_what_is_under_review_is_not_changed_by_its_author(author, draft, form):
    author.post(edit_url(draft), form_of(draft, form, "action-submit"))
    author.post(edit_url(draft), form_of(draft, form, title="Snow"))
    assert PostPage.objects.get().get_latest_revision_as_object().title == "Rain"


def test_an_author_does_not_edit_the_post_of_another(author, section):
    post = PostFactory(parent=section, title="Sun")
    assert is_sent_away(author.get(edit_url(post)))
    assert is_sent_away(author.get(reverse("wagtailadmin_pages:delete", args=[post.pk])))


def test_an_author_adds_no_section(author, editor, home):
    data = nested_form_data({"title": "News", "slug": "news", "comments": inline_formset([])})
    assert is_sent_away(author.get(add_url(home, "blogindexpage")))
    assert is_sent_away(author.post(add_url(home, "blogindexpage"), data))
    assert not BlogIndexPage.objects.exists()
    editor.post(add_url(home, "blogindexpage"), data)
    assert BlogIndexPage.objects.exists()


def test_an_author_chooses_from_the_library_and_does_not_change_it(author):
    ana = AuthorFactory(name="Ana Reis")
    assert "Ana Reis" in author.get("/admin/snippets/choose/blog/author/").json()["html"]
    for url in ("", "add/", f"edit/{ana.pk}/", f"delete/{ana.pk}/"):
        assert is_sent_away(author.get(f"/admin/snippets/blog/author/{url}"))
    assert Author.objects.get(pk=ana.pk).name == "Ana Reis"


def test_an_author_adds_images_and_chooses_those_of_others(author, editor):
    editor.post("/admin/images/add/", {"title": "Hers", "file": png("hers.png")})
    author.post("/admin/images/add/", {"title": "His", "file": png("his.png", colour="red")})
    hers, his = (get_image_model().objects.get(title=title) for title in ("Hers", "His"))
    assert "Hers" in author.get("/admin/images/chooser/").json()["html"]
    assert author.get(f"/admin/images/{his.pk}/").status_code == 200
    assert is_sent_away(author.get(f"/admin/images/{hers.pk}/"))


@pytest.mark.parametrize(
    "url",
    [
        "/admin/snippets/blog/author/",
        "/admin/snippets/blog/topic/",
        "/admin/snippets/blog/book/",
        "/admin/snippets/blog/disclaimer/",
        "/admin/snippets/blog/reusablecontent/",
        "/admin/snippets/blog/series/",
        "/admin/snippets/blog/affiliateprogram/",
        "/admin/redirects/",
        "/admin/settings/core/sitesettings/",
        "/admin/newsletter/digests/",
        "/admin/newsletter/subscribers/",
        "/admin/images/",
        "/admin/documents/",
    ],
)
def test_an_editor_runs_the_publication_and_a_moderator_does_not(member_of, home, url):
    assert member_of("Editor").get(url, follow=True).status_code == 200
    assert not is_sent_away(member_of("Editor", "second").get(url))
    assert is_sent_away(member_of("Moderator").get(url))


@pytest.mark.parametrize("url", ["/admin/users/", "/admin/groups/", "/admin/sites/"])
def test_people_and_sites_are_for_administrators(editor, url):
    assert is_sent_away(editor.get(url))


def test_a_moderator_sees_no_pages(member_of, section):
    moderator = member_of("Moderator")
    post = PostFactory(parent=section, title="Rain")
    assert "Rain" not in moderator.get("/admin/").content.decode()
    assert is_sent_away(moderator.get(reverse("wagtailadmin_explore", args=[section.pk])))
    assert is_sent_away(moderator.get(edit_url(post)))


def test_a_post_is_published_at_its_time(editor, draft, form):
    later = timezone.now() + timedelta(hours=1)
    times = {"go_live_at": timezone.localtime(later).strftime("%Y-%m-%d %H:%M")}
    editor.post(edit_url(draft), form_of(draft, form, "action-publish", **times))
    publish_scheduled()
    post = PostPage.objects.get()
    assert not post.live
    assert post.approved_schedule
    with time_machine.travel(later + timedelta(minutes=1)):
        publish_scheduled()
    assert PostPage.objects.get().live


def test_a_locked_post_is_changed_by_nobody_but_who_locked_it(editor, member_of, draft, form):
    second = member_of("Editor", "second")
    editor.post(reverse("wagtailadmin_pages:lock", args=[draft.pk]))
    second.post(edit_url(draft), form_of(draft, form, title="Snow"))
    assert PostPage.objects.get().get_latest_revision_as_object().title == "Rain"
    assert second.get(edit_url(draft)).context["locked_for_user"]
    second.post(reverse("wagtailadmin_pages:unlock", args=[draft.pk]))
    second.post(edit_url(draft), form_of(draft, form, title="Snow"))
    assert PostPage.objects.get().get_latest_revision_as_object().title == "Snow"


def test_an_author_locks_nothing(author, draft):
    author.post(reverse("wagtailadmin_pages:lock", args=[draft.pk]))
    assert not PostPage.objects.get().locked
