"""Mails about comments: moderators are told that some wait, readers that theirs was answered."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core import mail
from django.utils import timezone

from blog import tasks
from blog.comments import moderating
from blog.models import Comment, CommentNotice
from core.models import SiteSettings
from newsletter.subscribing import suppressing
from tests.factories import CommentFactory
from tests.smtp import MailServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def approve(django_capture_on_commit_callbacks):
    def approve(*comments: Comment) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            numbers = [comment.pk for comment in comments]
            moderating.decide(numbers, "approved", timezone.now())

    return approve


@pytest.fixture
def thread(post) -> Comment:
    """An approved comment whose writer wants to be told of answers."""
    return CommentFactory(post=post, name="Bo", email="bo@example.com", wants_answers=True)


@pytest.fixture
def waiting_answer(post, thread) -> Comment:
    return CommentFactory(
        post=post,
        parent=thread,
        name="Ana <b>",
        text="I <agree>.\n\nhttps://x.example",
        state="waiting",
    )


def link_in(message) -> str:
    return re.search(r"http://localhost(/comments/stop/\S+)", message.body)[1]


# Moderators


def test_all_who_may_decide_are_told_of_a_comment_that_waits(write, moderator):
    users = get_user_model().objects
    users.create_user("writer", "writer@example.org", "secret")
    decider = users.create_user("decider", "decider@example.org", "secret")
    decider.user_permissions.set(
        Permission.objects.filter(codename="access_admin")
        | Permission.objects.filter(codename="change_comment", content_type__app_label="blog")
    )
    users.create_superuser("mute", "", "secret")
    write("Is it <i>true</i>?")
    assert {message.to[0] for message in mail.outbox} == {"mod@example.org", "decider@example.org"}
    message = mail.outbox[0]
    assert message.subject == "1 comment waits for you"
    assert "> Is it <i>true</i>?" in message.body
    assert "http://localhost/admin/comments/queue/" in message.body
    html = message.alternatives[0].content
    assert "Is it &lt;i&gt;true&lt;/i&gt;?" in html
    assert "<mj-" not in html
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"


def test_a_flood_makes_one_mail_in_half_an_hour_that_says_how_many_wait(write, moderator, clock):
    for number in range(5):
        write(f"Number {number}")
    assert len(mail.outbox) == 1
    tasks.comments_tick()
    assert len(mail.outbox) == 1
    clock.shift(timedelta(minutes=31))
    tasks.comments_tick()
    assert [message.subject for message in mail.outbox[1:]] == ["5 comments wait for you"]
    clock.shift(timedelta(days=1))
    tasks.comments_tick()
    assert len(mail.outbox) == 2, "Of what waits nobody is told twice."


def test_nobody_is_told_of_what_was_decided_meanwhile(write, moderator, approve, clock):
    write("One.")
    write("Two.")
    approve(*Comment.objects.all())
    clock.shift(timedelta(hours=1))
    tasks.comments_tick()
    assert len(mail.outbox) == 1


def test_a_comment_that_came_while_a_mail_was_made_is_told_of_later(moderator, post, clock):
    CommentFactory(post=post, state="waiting")
    tasks.comments_tick()
    assert [message.subject for message in mail.outbox] == ["1 comment waits for you"]
    assert Comment.objects.get().told_at


def test_with_nobody_to_tell_nothing_goes_round_in_circles(write):
    write()
    tasks.comments_tick()
    assert mail.outbox == []
    assert CommentNotice.objects.get().sent_at


def test_when_the_broker_is_down_the_comment_is_taken_and_a_tick_tells(
    write, moderator, monkeypatch
):
    def fail(*args):
        raise ConnectionError("no broker")

    with monkeypatch.context() as patch:
        patch.setattr(tasks.send_comment_notice, "delay", fail)
        assert write().status_code == 302
    assert mail.outbox == []
    tasks.comments_tick()
    assert len(mail.outbox) == 1


def test_when_the_mail_server_is_down_it_is_tried_again(write, moderator, settings, clock):
    with MailServer() as server:
        server.receive_mail_of(settings)
    assert write().status_code == 302
    notice = CommentNotice.objects.get()
    assert notice.sent_at is None
    assert notice.error
    tasks.comments_tick()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    clock.shift(timedelta(minutes=5))
    tasks.comments_tick()
    assert [message.to for message in mail.outbox] == [["mod@example.org"]]


# Readers


def test_a_reader_who_asked_for_it_is_told_of_an_approved_answer(
    home, post, thread, waiting_answer, approve
):
    SiteSettings.objects.update_or_create(
        site=home.get_site(),
        defaults={"name": "The Room", "organisation": "Trust", "postal_address": "1 Lane\nTown"},
    )
    assert mail.outbox == []
    approve(waiting_answer)
    (message,) = mail.outbox
    assert message.to == ["bo@example.com"]
    assert message.subject == "Ana <b> answered on “Rain”"
    assert f"{post.full_url}#comment-{waiting_answer.pk}" in message.body
    for words in (
        "> I <agree>.",
        "You get this because you commented on The Room",
        "1 Lane",
        "Trust",
    ):
        assert words in message.body
    html = message.alternatives[0].content
    for words in ("I &lt;agree&gt;.", "Ana &lt;b&gt;", "You get this because", "1 Lane"):
        assert words in html
    assert "<mj-" not in html
    stop = link_in(message)
    assert stop in html
    assert message.extra_headers["List-Unsubscribe"] == f"<http://localhost{stop}>"
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_an_answer_is_told_of_once(waiting_answer, approve, clock):
    approve(waiting_answer)
    moderating.decide([waiting_answer.pk], "rejected", timezone.now())
    approve(waiting_answer)
    clock.shift(timedelta(hours=1))
    tasks.comments_tick()
    assert len(mail.outbox) == 1


def test_each_address_in_the_thread_is_told_once_and_nobody_of_their_own_words(
    post, thread, approve
):
    for email in ("BO@example.com", "cy@example.com", "ana@example.com"):
        CommentFactory(post=post, parent=thread, email=email, wants_answers=True)
    CommentFactory(post=post, parent=thread, email="quiet@example.com")
    CommentFactory(post=post, email="other@example.com", wants_answers=True)
    answer = CommentFactory(post=post, parent=thread, email="Ana@example.com", state="waiting")
    approve(answer)
    told = sorted(message.to[0].lower() for message in mail.outbox)
    assert told == ["bo@example.com", "cy@example.com"]


@pytest.mark.parametrize("state", ["waiting", "rejected", "spam"])
def test_an_address_whose_comment_was_not_approved_is_never_mailed(
    post, thread, waiting_answer, approve, state
):
    CommentFactory(
        post=post, parent=thread, email="victim@example.com", wants_answers=True, state=state
    )
    approve(waiting_answer)
    assert [message.to for message in mail.outbox] == [["bo@example.com"]]


@pytest.mark.parametrize(
    "case", ["stopped", "rejected", "answer rejected", "post withdrawn", "barred"]
)
def test_a_mail_that_is_true_no_more_is_not_sent(post, thread, waiting_answer, case):
    moderating.decide([waiting_answer.pk], "approved", timezone.now())
    match case:
        case "stopped":
            Comment.objects.filter(pk=thread.pk).update(wants_answers=False)
        case "rejected":
            moderating.decide([thread.pk], "rejected", timezone.now())
        case "answer rejected":
            moderating.decide([waiting_answer.pk], "rejected", timezone.now())
        case "post withdrawn":
            post.unpublish()
        case "barred":
            suppressing.suppress(thread.email, "complained", "", timezone.now())
    tasks.comments_tick()
    assert mail.outbox == []
    assert not CommentNotice.objects.exists()


def test_an_address_that_the_server_refuses_is_given_up_after_a_day(
    thread, waiting_answer, settings, clock, approve
):
    with MailServer() as server:
        server.receive_mail_of(settings)
        server.answer("550 5.1.1 No such user")
        approve(waiting_answer)
        assert CommentNotice.objects.get().given_up_at is None
        for _ in range(6):
            clock.shift(timedelta(hours=4))
            tasks.comments_tick()
        assert server.asked[thread.email] == 7
    assert CommentNotice.objects.get().given_up_at


def test_what_was_sent_long_ago_is_cleared_away(waiting_answer, approve, clock):
    approve(waiting_answer)
    clock.shift(timedelta(days=91))
    tasks.comments_tick()
    assert not CommentNotice.objects.exists()


# Stopping


def test_the_link_asks_and_the_button_stops_the_mails(client, thread, waiting_answer, approve):
    other = CommentFactory(post=thread.post, email="Bo@Example.com", wants_answers=True)
    approve(waiting_answer)
    link = link_in(mail.outbox[0])
    assert "No more mails about answers?" in client.get(link).content.decode()
    thread.refresh_from_db()
    assert thread.wants_answers, "A mail scanner that follows links stops nothing."
    assert "These mails are stopped" in client.post(link).content.decode()
    for comment in (thread, other):
        comment.refresh_from_db()
        assert not comment.wants_answers
    assert not client.cookies


def test_one_click_in_a_mail_program_stops_them(client, thread, waiting_answer, approve):
    approve(waiting_answer)
    body = {"List-Unsubscribe": "One-Click"}
    headers = {"origin": "https://mail.example", "sec-fetch-site": "cross-site"}
    assert client.post(link_in(mail.outbox[0]), body, headers=headers).status_code == 200
    thread.refresh_from_db()
    assert not thread.wants_answers


def test_a_forged_link_and_one_to_a_deleted_comment_do_nothing(
    client, thread, waiting_answer, approve
):
    approve(waiting_answer)
    link = link_in(mail.outbox[0])
    assert client.post(link.replace(f"/{thread.pk}.", f"/{waiting_answer.pk}.")).status_code == 404
    thread.delete()
    answer = client.post(link)
    assert answer.status_code == 404
    assert "This link does not work" in answer.content.decode()
