"""Moderators decide in the admin: who may, what happens, what is logged."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import ModelLogEntry

from blog.models import Comment
from core.models import User
from tests.factories import CommentFactory, PostFactory

pytestmark = pytest.mark.django_db

QUEUE = "/admin/comments/queue/"
PERSONAL = "/admin/comments/personal-data/"


@pytest.fixture
def client_of(db):
    """Log somebody in who may enter the admin, and has these permissions on comments."""

    def log_in(*actions: str) -> Client:
        user = User.objects.create_user("editor", "e@example.org", "secret", first_name="Eve")
        mine = Permission.objects.filter(
            content_type__app_label="blog", codename__in=[f"{action}_comment" for action in actions]
        )
        user.user_permissions.set(mine | Permission.objects.filter(codename="access_admin"))
        client = Client()
        client.force_login(user)
        return client

    return log_in


@pytest.fixture
def waiting(post) -> Comment:
    return CommentFactory(post=post, name="Ana", text="Wait for me.", state="waiting")


def page_of(comment: Comment) -> str:
    return reverse("comments_queue:inspect", args=[comment.pk])


def decide_url(name: str, comment: Comment) -> str:
    return reverse("comments_queue:decide", args=[name, comment.pk])


def bulk_url(name: str, *comments: Comment) -> str:
    page = reverse("wagtail_bulk_action", args=["blog", "comment", name])
    return f"{page}?{'&'.join(f'id={comment.pk}' for comment in comments)}&next={QUEUE}"


def is_refused(response) -> bool:
    return response.status_code == 302 and response.url == "/admin/"


@pytest.mark.parametrize(
    ("name", "state", "words"),
    [
        ("approve", "approved", "Approved"),
        ("reject", "rejected", "Rejected"),
        ("spam", "spam", "Marked as spam"),
    ],
)
def test_a_decision_changes_the_state_and_is_logged_with_no_name(
    admin_client, waiting, name, state, words
):
    html = admin_client.get(page_of(waiting)).content.decode()
    assert f'action="{decide_url(name, waiting)}"' in html
    assert "Wait for me." in html
    answer = admin_client.post(decide_url(name, waiting))
    assert answer.url == page_of(waiting)
    waiting.refresh_from_db()
    assert waiting.state == state
    (entry,) = ModelLogEntry.objects.all()
    assert entry.message == words
    assert entry.user.is_superuser
    assert entry.label == f"Comment {waiting.pk}"
    admin_client.post(decide_url(name, waiting))
    assert ModelLogEntry.objects.count() == 1


def test_looking_at_it_decides_nothing(admin_client, waiting):
    assert admin_client.get(decide_url("approve", waiting)).status_code == 405
    assert admin_client.get(bulk_url("approve", waiting)).status_code == 200
    waiting.refresh_from_db()
    assert waiting.state == "waiting"


@pytest.mark.parametrize(
    ("name", "state"), [("approve", "approved"), ("reject", "rejected"), ("spam", "spam")]
)
def test_many_are_decided_at_once(admin_client, post, name, state):
    chosen = CommentFactory.create_batch(3, post=post, state="waiting")
    other = CommentFactory(post=post, state="waiting")
    page = admin_client.get(bulk_url(name, *chosen)).content.decode()
    assert "This is about 3 comments." in page
    assert chosen[0].text in page
    assert admin_client.post(bulk_url(name, *chosen)).url == QUEUE
    states = dict(Comment.objects.values_list("pk", "state"))
    assert {states[comment.pk] for comment in chosen} == {state}
    assert states[other.pk] == "waiting"
    assert ModelLogEntry.objects.count() == 3


def test_many_are_deleted_at_once_and_logged_with_no_name(admin_client, post, waiting):
    answer = CommentFactory(post=post, parent=waiting)
    kept = CommentFactory(post=post)
    admin_client.post(bulk_url("delete", waiting))
    assert list(Comment.objects.all()) == [kept]
    (entry,) = ModelLogEntry.objects.all()
    assert (entry.action, entry.label) == ("wagtail.delete", f"Comment {waiting.pk}")
    assert answer.pk


def test_nothing_is_done_with_all_of_a_filtered_list(admin_client, waiting):
    page = reverse("wagtail_bulk_action", args=["blog", "comment", "delete"])
    for ids in ("id=all", "id=x", "id=0", f"id={'9' * 40}"):
        admin_client.post(f"{page}?{ids}&next={QUEUE}")
    assert Comment.objects.count() == 1


def test_one_is_deleted_from_its_page(admin_client, waiting):
    url = reverse("comments_queue:delete", args=[waiting.pk])
    assert "with the answers to it" in admin_client.get(url).content.decode()
    admin_client.post(url)
    assert not Comment.objects.exists()
    assert ModelLogEntry.objects.get().label == f"Comment {waiting.pk}"


def test_the_queue_begins_with_those_that_have_waited_longest(admin_client, post):
    def at(hour: int, state: str) -> Comment:
        return CommentFactory(post=post, state=state, created_at=f"2026-03-01T{hour:02}:00Z")

    comments = [at(3, "waiting"), at(2, "spam"), at(4, "approved"), at(1, "waiting")]
    listed = list(admin_client.get(QUEUE).context["object_list"])
    assert listed == [comments[3], comments[0], comments[2], comments[1]]
    waiting = list(admin_client.get(QUEUE, {"state": "waiting"}).context["object_list"])
    assert waiting == [comments[3], comments[0]]
    assert not admin_client.get(QUEUE, {"state": "nonsense"}).context["object_list"]


@pytest.mark.parametrize("words", ["ana m", "ANA@example.com", "lantern", "on rain"])
def test_comments_are_found_by_name_address_text_and_post(admin_client, section, words):
    post = PostFactory(parent=section, title="Essay on Rain")
    other = PostFactory(parent=section, title="Essay on Snow")
    found = CommentFactory(post=post, name="Ana M", email="ana@example.com", text="A lantern.")
    CommentFactory(post=other)
    assert list(admin_client.get(QUEUE, {"q": words}).context["object_list"]) == [found]


def test_the_list_takes_the_same_queries_however_many_there_are(admin_client, section):
    def queries() -> int:
        admin_client.get(QUEUE)
        with CaptureQueriesContext(connection) as captured:
            admin_client.get(QUEUE)
        return len(captured)

    CommentFactory(post=PostFactory(parent=section))
    one = queries()
    for _ in range(15):
        CommentFactory(post=PostFactory(parent=section), state="waiting")
    assert queries() == one


def test_an_editor_answers_under_their_name_and_is_marked(admin_client, client_of, client, post):
    comment = CommentFactory(post=post)
    answer = CommentFactory(post=post, parent=comment)
    editor = client_of("change")
    editor.post(reverse("comments_queue:answer", args=[answer.pk]), {"text": "We will.\r\nSoon."})
    ours = Comment.objects.get(by_staff=True)
    assert (ours.parent, ours.name, ours.email) == (comment, "Eve", "")
    assert (ours.text, ours.state) == ("We will.\nSoon.", "approved")
    assert "We will." in client.get(post.url).content.decode()
    assert ModelLogEntry.objects.get().message == "Answered by an editor"


@pytest.mark.parametrize("text", ["", "  \n", "x" * 5001])
def test_an_answer_needs_words_and_not_too_many(admin_client, post, text):
    comment = CommentFactory(post=post)
    admin_client.post(reverse("comments_queue:answer", args=[comment.pk]), {"text": text})
    assert Comment.objects.count() == 1


def test_only_what_readers_see_is_answered(admin_client, waiting):
    assert "Publish the answer" not in admin_client.get(page_of(waiting)).content.decode()
    url = reverse("comments_queue:answer", args=[waiting.pk])
    assert admin_client.post(url, {"text": "Early."}).status_code == 404


# Who may


def test_without_permission_there_is_nothing(client_of, waiting):
    editor = client_of()
    for url in (QUEUE, page_of(waiting), PERSONAL, bulk_url("approve", waiting)):
        response = editor.get(url)
        assert is_refused(response) or "You may not do this" in response.content.decode()
    for url in (
        decide_url("approve", waiting),
        reverse("comments_queue:answer", args=[waiting.pk]),
    ):
        assert is_refused(editor.post(url, {"text": "x"}))
    for name in ("approve", "delete"):
        editor.post(bulk_url(name, waiting))
    home = editor.get("/admin/").content.decode()
    assert "Comments that wait" not in home
    assert "/admin/comments/" not in home
    waiting.refresh_from_db()
    assert waiting.state == "waiting"


def test_who_may_decide_may_not_delete_or_erase(client_of, waiting):
    editor = client_of("change")
    home = editor.get("/admin/").content.decode()
    assert "1 comment waits to be approved or rejected" in " ".join(home.split())
    assert QUEUE in home
    assert PERSONAL not in home
    assert is_refused(editor.get(PERSONAL))
    assert is_refused(editor.post(reverse("comments_queue:delete", args=[waiting.pk])))
    editor.post(bulk_url("delete", waiting))
    assert Comment.objects.exists()
    editor.post(decide_url("approve", waiting))
    waiting.refresh_from_db()
    assert waiting.is_approved


def test_who_may_delete_may_not_decide(client_of, waiting):
    editor = client_of("delete")
    assert editor.get(QUEUE).status_code == 200
    assert is_refused(editor.post(decide_url("approve", waiting)))
    editor.post(bulk_url("delete", waiting))
    assert not Comment.objects.exists()


def test_groups_can_be_given_exactly_what_there_is(admin_client):
    html = admin_client.get(reverse("wagtailusers_groups:add")).content.decode()
    for action, offered in (("change", True), ("delete", True), ("add", False), ("view", False)):
        permission = Permission.objects.get(
            content_type__app_label="blog", codename=f"{action}_comment"
        )
        assert (f'value="{permission.pk}"' in html) == offered


def test_the_first_page_says_nothing_where_none_waits(admin_client, post):
    CommentFactory(post=post)
    assert "Comments that wait" not in admin_client.get("/admin/").content.decode()


# Personal data


def ask(client: Client, do: str, address: str = "ana@example.com"):
    return client.post(PERSONAL, {"address": address, "do": do})


def test_what_is_known_of_an_address_is_handed_out(admin_client, post):
    comment = CommentFactory(
        post=post, email="Ana@example.com", text="Mine.", website="https://a.example"
    )
    CommentFactory(post=post, email="bo@example.com")
    assert "1 comment was written" in " ".join(ask(admin_client, "find").content.decode().split())
    answer = ask(admin_client, "download")
    assert "attachment" in answer["Content-Disposition"]
    (record,) = answer.json()
    assert record["text"] == "Mine."
    assert record["email"] == "Ana@example.com"
    assert record["address"] == f"{post.full_url}#comment-{comment.pk}"
    assert Comment.objects.count() == 2


def test_an_erased_address_is_nowhere_any_more_and_answers_stay(admin_client, client, post):
    secret = {"email": "Ana@example.com", "name": "Anastasia", "website": "https://ana.example"}
    answered = CommentFactory(post=post, text="Answered.", wants_answers=True, **secret)
    answer = CommentFactory(post=post, parent=answered, text="An answer.")
    CommentFactory(post=post, text="Alone.", **secret)
    CommentFactory(post=post, text="Spammy.", state="spam", **secret)
    admin_client.post(decide_url("reject", answered))
    admin_client.post(decide_url("approve", answered))
    ask(admin_client, "erase")
    assert set(Comment.objects.all()) == {answered, answer}
    left = str(list(Comment.objects.values())) + str(list(ModelLogEntry.objects.values()))
    for word in ("Ana@", "Anastasia", "ana.example", "Answered.'"):
        assert word not in left
    html = client.get(post.url).content.decode()
    assert "removed at the wish of whoever wrote it" in html
    assert "An answer." in html
    assert not get_user_model().objects.filter(email__icontains="ana@").exists()


@pytest.mark.parametrize("address", ["", "ana", "ana@example.com\x00"])
def test_what_is_no_address_is_refused(admin_client, post, address):
    CommentFactory(post=post, email="")
    answer = ask(admin_client, "erase", address)
    assert answer.status_code == 200
    assert Comment.objects.count() == 1
