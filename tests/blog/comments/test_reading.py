"""What readers see of the comments under a post, and in how many queries."""

import time
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from blog.comments import discussion, views
from blog.comments.discussion import address_of
from blog.comments.text import as_html
from blog.models import Comment, PostPage
from core.models import SiteSettings
from tests.blog.comments.conftest import NOON
from tests.factories import CommentFactory, PostFactory

pytestmark = pytest.mark.django_db


def page_of(client, url: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(url).content, "html.parser")


def shown(page: BeautifulSoup) -> list[str]:
    return [text.get_text(strip=True) for text in page.select(".comment-text")]


def test_threads_are_a_list_in_order_with_the_answers_nested(client, post):
    second = CommentFactory(post=post, text="Second.", created_at=NOON)
    first = CommentFactory(post=post, text="First.", created_at=NOON - timedelta(days=1))
    CommentFactory(
        post=post, text="Answer.", parent=first, created_at=NOON, website="https://b.example"
    )
    page = page_of(client, post.url)
    assert shown(page) == ["First.", "Answer.", "Second."]
    (answers,) = page.select("#comments > ol > li > ol")
    assert [item.get_text(strip=True) for item in answers.select(".comment-text")] == ["Answer."]
    assert page.find(id="comments-heading").get_text(strip=True) == "3 comments"
    assert answers.find("h3").a["rel"] == ["nofollow", "ugc", "noopener"]
    assert page.find(id=f"comment-{second.pk}").find("time")["datetime"].startswith("2026-03-04T12")


def test_only_approved_comments_are_shown_and_no_address_ever(client, post):
    for state in ("waiting", "rejected", "spam"):
        hidden = CommentFactory(post=post, text="Hidden.", state=state)
        CommentFactory(post=post, text="Under it.", parent=hidden)
    CommentFactory(post=post, text="Shown.", email="secret@example.com")
    page = page_of(client, post.url)
    assert shown(page) == ["Shown."]
    assert "1 comment" in page.get_text()
    assert "secret@example.com" not in str(page)


def test_a_post_without_comments_that_takes_none_says_nothing_of_them(client, section):
    page = page_of(client, PostFactory(parent=section, commenting="closed").url)
    assert page.find(id="comments") is None


def test_a_post_that_is_not_saved_yet_is_previewed_without_comments(rf, section):
    post = PostPage(title="New", slug="new", path=f"{section.path}0009", depth=section.depth + 1)
    html = post.make_preview_request(preview_mode="").rendered_content
    assert "<article" in html
    assert 'id="comments"' not in html


def test_a_draft_is_previewed_with_the_form(post):
    post.live = False
    assert "Leave a reply" in post.make_preview_request(preview_mode="").rendered_content


def test_the_editor_of_a_post_offers_to_close_comments(admin_client, post):
    page = page_of(admin_client, f"/admin/pages/{post.pk}/edit/")
    offered = [option["value"] for option in page.select("[name=commenting] option")]
    assert offered == ["open", "while_new", "closed"]
    assert page.select_one("[name=close_after_days]")["value"] == "30"


def test_an_erased_comment_keeps_the_place_of_its_answers(client, post):
    erased = CommentFactory(post=post, name="", email="", text="", erased_at=NOON)
    CommentFactory(post=post, text="Still here.", parent=erased)
    page = page_of(client, post.url)
    assert "removed at the wish of whoever wrote it" in page.get_text()
    assert shown(page) == ["Still here."]


def test_editors_are_marked(client, post):
    CommentFactory(post=post, name="Ruth", by_staff=True)
    assert page_of(client, post.url).select_one(".comment .label").text == "Editor"


def test_the_policy_stands_beside_the_form(client, home, post):
    SiteSettings.objects.update_or_create(
        site=home.get_site(), defaults={"comment_policy": "<p>Be <b>kind</b>.</p>"}
    )
    policy = page_of(client, post.url).select_one(".comment-policy")
    assert policy.b.text == "kind"


def test_many_threads_come_in_pages_with_addresses_of_their_own(client, post, monkeypatch):
    monkeypatch.setattr(discussion, "THREADS_PER_PAGE", 2)
    threads = [
        CommentFactory(post=post, text=str(n), created_at=NOON + timedelta(minutes=n))
        for n in range(5)
    ]
    answer = CommentFactory(
        post=post, text="late", parent=threads[2], created_at=NOON + timedelta(1)
    )
    assert shown(page_of(client, post.url)) == ["0", "1"]
    assert shown(page_of(client, f"{post.url}?comments=2")) == ["2", "late", "3"]
    assert shown(page_of(client, f"{post.url}?comments=3")) == ["4"]
    first = ["0", "1"]
    for off, nearest in (("99", ["4"]), ("0", first), ("x", first), ("9" * 5000, first)):
        assert shown(page_of(client, f"{post.url}?comments={off}")) == nearest
    assert address_of(threads[1]) == f"{post.full_url}#comment-{threads[1].pk}"
    assert address_of(answer) == f"{post.full_url}?comments=2#comment-{answer.pk}"
    links = page_of(client, f"{post.url}?comments=2").select(".pagination a")
    assert [link["href"] for link in links] == [f"{post.url}#comments", "?comments=3#comments"]


def test_comments_take_the_same_two_queries_however_many_there_are(client, section):
    def queries(size: int) -> int:
        post = PostFactory(parent=section)
        for _ in range(size):
            CommentFactory(post=post, parent=CommentFactory(post=post))
        client.get(post.url)
        with CaptureQueriesContext(connection) as captured:
            client.get(post.url)
        about = [query for query in captured if "blog_comment" in query["sql"]]
        assert len(about) <= 2
        return len(captured)

    assert queries(1) == queries(30)


def thread_url(thread) -> str:
    return reverse("comments:thread", args=[thread.post_id, thread.pk])


def replied(post, size: int):
    """Return a comment and so many replies to it, one a minute."""
    thread = CommentFactory(post=post, text="Thread.", created_at=NOON)
    times = [NOON + timedelta(minutes=n) for n in range(size)]
    replies = [
        CommentFactory(post=post, parent=thread, text=str(n), created_at=at)
        for n, at in enumerate(times)
    ]
    return thread, replies


def test_first_replies_are_shown_and_the_others_on_a_page_of_the_thread(client, post, monkeypatch):
    monkeypatch.setattr(views, "REPLIES_PER_PAGE", 4)
    monkeypatch.setattr(discussion, "REPLIES_PER_PAGE", 4)
    thread, replies = replied(post, 6)
    CommentFactory(post=post, parent=thread, text="Hidden.", state="waiting")
    page = page_of(client, post.url)
    assert shown(page) == ["Thread.", "0", "1", "2"]
    (more,) = page.select(".comment-more a")
    assert more["href"] == thread_url(thread)
    assert "Show 3 more replies" in " ".join(more.get_text().split())
    assert page.find(id="comments-heading").get_text(strip=True) == "7 comments"

    assert shown(page_of(client, thread_url(thread))) == ["Thread.", "0", "1", "2", "3"]
    assert shown(page_of(client, f"{thread_url(thread)}?page=2")) == ["Thread.", "4", "5"]
    for reply, url in (
        (replies[2], f"{post.full_url}#"),
        (replies[3], f"http://localhost{thread_url(thread)}#"),
        (replies[5], f"http://localhost{thread_url(thread)}?page=2#"),
    ):
        assert address_of(reply) == f"{url}{reply.anchor}"
        path = address_of(reply).removeprefix("http://localhost").partition("#")[0]
        assert page_of(client, path).find(id=reply.anchor)


def test_thread_with_few_replies_has_no_page_link(client, post):
    replied(post, 3)
    page = page_of(client, post.url)
    assert shown(page) == ["Thread.", "0", "1", "2"]
    assert not page.select(".comment-more")


def test_only_visible_comments_have_a_thread_page(client, post):
    thread, (reply,) = replied(post, 1)
    page = page_of(client, thread_url(thread))
    assert page.select_one("[name=robots]")["content"] == "noindex"
    assert page.select_one(f"#{reply.anchor} .comment-reply a")
    other = PostFactory(parent=post.get_parent())
    for url in (
        thread_url(reply),
        reverse("comments:thread", args=[other.pk, thread.pk]),
        reverse("comments:thread", args=[post.pk, 999]),
    ):
        assert client.get(url).status_code == 404
    Comment.objects.filter(pk=thread.pk).update(state="spam")
    assert client.get(thread_url(thread)).status_code == 404
    Comment.objects.update(state="approved")
    post.unpublish()
    assert client.get(thread_url(thread)).status_code == 404


def test_thread_of_a_closed_post_accepts_no_replies(client, section):
    post = PostFactory(parent=section, commenting="closed")
    thread, _replies = replied(post, 1)
    assert not page_of(client, thread_url(thread)).select(".comment-reply")


def test_thread_page_has_a_constant_number_of_queries(client, post):
    def queries(size: int) -> int:
        thread, _replies = replied(post, size)
        client.get(thread_url(thread))
        with CaptureQueriesContext(connection) as captured:
            client.get(thread_url(thread))
        return len(captured)

    assert queries(2) == queries(60)


def test_links_are_made_in_linear_time():
    started = time.process_time()
    for text in ("https://x" + ")" * 50_000, "https://x" + "]." * 25_000, "http" * 12_500):
        as_html(text)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("One\ntwo\n\nthree", "<p>One<br>\ntwo</p>\n<p>three</p>"),
        ("<b>&", "<p>&lt;b&gt;&amp;</p>"),
        ("See https://a.example/x?a=1&b=2.", "See {https://a.example/x?a=1&amp;b=2}."),
        ("(https://a.example/x_(y)), HTTP://B.example!", None),
        ('https://a.example/"onclick="x', "{https://a.example/}&quot;onclick=&quot;x"),
        ("javascript:alert(1) ftp://a.example www.a.example data:text/html,x", ""),
        ("https:// http://[ https://...", ""),
    ],
)
def test_text_is_plain_but_for_paragraphs_and_links(text, html):
    shown = str(as_html(text))
    if html is None:
        soup = BeautifulSoup(shown, "html.parser")
        links = [link["href"] for link in soup.find_all("a")]
        assert links == ["https://a.example/x_(y)", "HTTP://B.example"]
        assert soup.get_text() == text
    elif html == "":
        assert "<a" not in shown
    elif "{" in html:
        start, rest = html.split("{")
        url, end = rest.split("}")
        link = f'<a href="{url}" rel="nofollow ugc noopener">{url}</a>'
        assert shown == f"<p>{start}{link}{end}</p>"
    else:
        assert shown == html
