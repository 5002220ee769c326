"""A reader writes a comment: what is taken, what is refused, and what is said then."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from wagtail.models import PageViewRestriction

from blog.comments import views
from blog.comments.forms import MOST_ANSWERS
from blog.models import Comment
from core.guards import new_stamp
from core.models import SiteSettings
from tests.blog.comments.conftest import NOON
from tests.factories import CommentFactory, PostFactory

pytestmark = pytest.mark.django_db


def write_url(post, answered=None) -> str:
    url = reverse("comments:write", args=[post.pk])
    return f"{url}?reply-to={answered.pk}" if answered else url


def thanks_url(post) -> str:
    return reverse("comments:thanks", args=[post.pk])


def test_a_comment_waits_and_its_writer_is_told_so_without_a_cookie(client, post, write):
    answer = write("One.\r\n\r\nTwo.", website="example.org", wants_answers="on")
    comment = Comment.objects.get()
    assert (comment.post, comment.parent, comment.state) == (post, None, "waiting")
    assert (comment.name, comment.email) == ("Ana", "ana@example.com")
    assert (comment.text, comment.website) == ("One.\n\nTwo.", "https://example.org")
    assert comment.wants_answers
    assert answer.url == thanks_url(post)
    assert "Somebody reads it before it appears" in client.get(answer.url).content.decode()
    assert not client.cookies
    assert "One." not in client.get(post.url).content.decode()


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("text", "", "Please write something."),
        ("text", " \n\t ​\u202e", "Please write something."),
        ("text", "\x00\x07", "Please write something."),
        ("text", "x" * 5001, "at most 5000 characters"),
        ("name", "  ", "This field is required."),
        ("name", "n" * 81, "at most 80 characters"),
        ("email", "ana@", "valid email address"),
        ("email", "", "This field is required."),
        ("website", "javascript:alert(1)", "valid URL"),
        ("website", "ftp://example.org/", "valid URL"),
    ],
)
def test_what_cannot_be_taken_is_shown_again_with_the_reason(write, field, value, says):
    answer = write(**{"text": "Kept words.", field: value})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert says in html
    assert ("Kept words." in html) == (field != "text")
    assert not Comment.objects.exists()


def test_a_text_of_5000_characters_is_taken_however_its_lines_end(write):
    write(("x" * 49 + "\r\n") * 99 + "x" * 50)
    assert len(Comment.objects.get().text) == 5000


def test_control_characters_are_left_out(write):
    write("a\x00b\x1bc\u2028d", name="An\x00a\n B")
    comment = Comment.objects.get()
    assert (comment.text, comment.name) == ("abc\u2028d", "Ana B")


def test_a_huge_body_is_refused(client, post):
    body = "text=" + "x" * 3_000_000
    answer = client.post(write_url(post), body, "application/x-www-form-urlencoded")
    assert answer.status_code == 413
    assert not Comment.objects.exists()


def test_markup_is_shown_as_it_was_typed(client, post, write):
    write('<script>alert("x")</script> <b>&amp;</b>', name="<i>Ana</i>")
    Comment.objects.update(state="approved")
    html = client.get(post.url).content.decode()
    assert "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &lt;b&gt;&amp;amp;&lt;/b&gt;" in html
    assert "&lt;i&gt;Ana&lt;/i&gt;" in html
    assert "<script>alert" not in html


def test_what_a_machine_fills_in_is_thanked_for_and_dropped(post, write):
    assert write(url="https://spam.example").url == thanks_url(post)
    assert not Comment.objects.exists()


def test_another_sites_form_is_refused(client, post):
    answer = client.post(write_url(post), {}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


def test_the_same_words_again_within_minutes_are_taken_once(post, write, clock):
    assert write().url == write(email="ANA@example.com").url
    assert Comment.objects.count() == 1
    write("Other words.")
    write(email="bo@example.com")
    clock.shift(timedelta(minutes=11))
    write()
    assert Comment.objects.count() == 4


# Answers


def test_reply_leads_to_a_page_with_what_is_answered(client, post):
    comment = CommentFactory(post=post, name="Bo", text="First.")
    link = f'href="{write_url(post, comment)}"'
    assert link in client.get(post.url).content.decode()
    html = client.get(write_url(post, comment)).content.decode()
    assert "Reply to Bo" in html
    assert "First." in html
    assert f'name="parent" value="{comment.pk}"' in html


def test_an_answer_goes_under_what_it_answers_and_one_to_that_beside_it(post, write):
    comment = CommentFactory(post=post)
    write("An answer.", parent=comment.pk)
    answer = Comment.objects.get(text="An answer.")
    assert answer.parent == comment
    Comment.objects.update(state="approved")
    write("An answer to it.", parent=answer.pk)
    assert Comment.objects.get(text="An answer to it.").parent == comment


def unanswerable(post, case: str) -> Comment:
    match case:
        case "of another post":
            return CommentFactory(post=PostFactory(parent=post.get_parent()))
        case "under one that is not shown":
            parent = CommentFactory(post=post, state="rejected")
            return CommentFactory(post=post, parent=parent)
        case "erased":
            return CommentFactory(post=post, erased_at="2026-01-01T00:00Z")
    return CommentFactory(post=post, state=case)


@pytest.mark.parametrize(
    "case",
    [
        "waiting",
        "rejected",
        "spam",
        "erased",
        "of another post",
        "under one that is not shown",
    ],
)
def test_what_cannot_be_answered_is_not(client, post, write, case):
    comment = unanswerable(post, case)
    assert client.get(write_url(post, comment)).status_code == 404
    answer = write("An answer.", parent=comment.pk)
    assert answer.status_code == 422
    assert "is not there any more" in answer.content.decode()
    assert f'value="{comment.pk}"' not in answer.content.decode()
    assert not Comment.objects.filter(text="An answer.").exists()


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 40, "1\x00"])
def test_a_number_that_is_none_finds_no_comment(client, post, write, number):
    assert client.get(write_url(post), {"reply-to": number}).status_code == 404
    assert write(parent=number).status_code == 422


def test_a_thread_has_an_end(post, write):
    comment = CommentFactory(post=post)
    CommentFactory.create_batch(MOST_ANSWERS, post=post, parent=comment)
    answer = write(parent=comment.pk)
    assert answer.status_code == 422
    assert "yours begins a new thread" in answer.content.decode()


# Posts


@pytest.mark.parametrize(
    ("settings", "days", "is_open"),
    [
        ({}, 5000, True),
        ({"commenting": "closed"}, 0, False),
        ({"commenting": "while_new", "close_after_days": 7}, 6, True),
        ({"commenting": "while_new", "close_after_days": 7}, 7, False),
    ],
)
def test_an_editor_says_whether_and_how_long_a_post_takes_comments(
    client, section, write, clock, settings, days, is_open
):
    post = PostFactory(parent=section, **settings)
    CommentFactory(post=post, text="Said before.")
    clock.shift(timedelta(days=days))
    html = client.get(post.url).content.decode()
    assert "Said before." in html
    assert ("Leave a reply" in html) == is_open
    assert ("Comments are closed." in html) != is_open
    assert client.get(write_url(post)).status_code == (200 if is_open else 403)
    answer = write(under=post)
    assert answer.status_code == (302 if is_open else 403)
    assert Comment.objects.filter(text="Well said.").exists() == is_open


def test_a_post_that_not_everyone_may_read_takes_none(client, post, write):
    draft = PostFactory(parent=post.get_parent(), live=False)
    restriction = PageViewRestriction.objects.create(
        page=post.get_parent(), restriction_type="login"
    )
    for hidden in (draft, post):
        assert write(under=hidden).status_code == 404
        assert client.get(write_url(hidden)).status_code == 404
        assert client.get(thanks_url(hidden)).status_code == 404
    assert not Comment.objects.exists()
    restriction.delete()
    assert write().status_code == 302


def test_a_copied_post_takes_no_comments_along(post):
    CommentFactory(post=post)
    copy = post.copy(update_attrs={"slug": "copy", "title": "Copy"})
    assert not copy.reader_comments.exists()
    assert post.reader_comments.count() == 1


# Trust and floods


@pytest.mark.parametrize(
    ("after", "approved", "others", "is_published"),
    [
        (0, 5, [], False),
        (2, 1, ["waiting", "rejected"], False),
        (2, 2, ["rejected"], True),
        (2, 2, ["spam"], False),
    ],
)
def test_an_address_is_trusted_after_so_many_approved_comments_and_no_spam(
    client, home, post, write, after, approved, others, is_published
):
    SiteSettings.objects.update_or_create(
        site=home.get_site(), defaults={"comments_trusted_after": after}
    )
    for state in ["approved"] * approved + others:
        CommentFactory(post=post, email="Ana@Example.com", state=state)
    answer = write("Again.")
    comment = Comment.objects.get(text="Again.")
    assert (comment.state == "approved") == is_published
    if is_published:
        assert answer.url == f"{post.full_url}#comment-{comment.pk}"
        assert f'id="comment-{comment.pk}"' in client.get(post.url).content.decode()


def test_one_network_cannot_flood_and_keeps_what_it_typed(write, monkeypatch):
    monkeypatch.setattr(views, "MAX_PER_NETWORK", 3)
    for number in range(3):
        assert write(f"Number {number}").status_code == 302
    answer = write("One too many.")
    html = answer.content.decode()
    assert answer.status_code == 429
    assert "send it again in an hour" in html
    assert "One too many." in html
    assert Comment.objects.count() == 3


@pytest.fixture
def trusted(home):
    """Ana, who is trusted after one approved comment, has one."""
    SiteSettings.objects.update_or_create(
        site=home.get_site(), defaults={"comments_trusted_after": 1}
    )
    CommentFactory(post=PostFactory(parent=home), email="ana@example.com")


@pytest.mark.usefixtures("trusted")
def test_flood_from_one_network_is_held_for_moderation(write, monkeypatch):
    monkeypatch.setattr(views, "PENDING_AFTER_PER_NETWORK", 2)
    for number in range(4):
        assert write(f"Number {number}").status_code == 302
    states = Comment.objects.filter(text__startswith="Number").order_by("pk")
    assert [comment.state for comment in states] == ["approved"] * 2 + ["waiting"] * 2


@pytest.mark.usefixtures("trusted")
def test_flood_from_seven_networks_does_not_close_the_post(client, post, section):
    def write(number: int, email: str, under=post) -> int:
        network = f"198.51.100.{number % 7}"
        with time_machine.travel(NOON - timedelta(seconds=9), tick=False):
            form = {"text": f"Number {number}", "name": "A", "email": email, "stamp": new_stamp()}
        return client.post(write_url(under), form, REMOTE_ADDR=network).status_code

    assert {write(number, f"flood{number}@example.com") for number in range(110)} == {302}
    honest = {"text": "Honest.", "name": "Ana", "email": "ana@example.com"}
    for under in (post, PostFactory(parent=section)):
        with time_machine.travel(NOON - timedelta(seconds=9), tick=False):
            honest["stamp"] = new_stamp()
        answer = client.post(write_url(under), honest, REMOTE_ADDR="203.0.113.9")
        assert answer.status_code == 302
    states = Comment.objects.filter(text="Honest.").order_by("pk").values_list("state", flat=True)
    assert list(states) == ["waiting", "approved"]
