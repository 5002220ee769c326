"""Posts show the disclaimers that they owe, on every channel, without an editor's doing."""

import re
from itertools import product

import pytest
from django.template import loader
from django.urls import reverse
from wagtail.rich_text import RichText

from blog.disclosures import Facts, owed
from blog.models import Disclaimer
from core.channels import Channel
from tests.factories import (
    AffiliateProgramFactory,
    AuthorFactory,
    BookFactory,
    DisclaimerFactory,
    PostFactory,
    TopicFactory,
)

RULES = {rule: Disclaimer(pk=0, name=rule, rule=rule) for rule in Disclaimer.Rule.values}


@pytest.mark.django_db
@pytest.mark.parametrize(("affiliate", "guest"), list(product([True, False], repeat=2)))
def test_each_rule_follows_from_its_fact(affiliate, guest):
    facts = Facts(has_affiliate_link=affiliate, is_post=True, has_guest_author=guest)
    rules = {disclaimer.rule for disclaimer in owed(facts, RULES.values())}
    expected = {"affiliate": affiliate, "guest": guest, "always": True, "topic": False}
    assert rules == {rule for rule, is_owed in expected.items() if is_owed}


@pytest.fixture
def disclaimers(db) -> dict[str, Disclaimer]:
    return {rule: DisclaimerFactory(name=rule, rule=rule) for rule in RULES}


def shown(client, post, disclaimer: Disclaimer) -> dict[str, int]:
    """Return how often each channel shows a disclaimer of a post."""
    words = f"Text of {disclaimer.name}."
    post = type(post).objects.get(pk=post.pk)
    pages = {Channel.WEB: client.get(post.url).content.decode()}
    for channel in (Channel.EMAIL, Channel.TEXT):
        pages[channel] = loader.render_to_string(
            f"blog/partials/post_full{channel.suffix}",
            {"post": post, "channel": channel},
            using=channel.engine,
        )
    return {str(channel): page.count(words) for channel, page in pages.items()}


def on_all(times: int) -> dict[str, int]:
    return {"web": times, "email": times, "text": times}


def test_a_post_with_nothing_to_disclose_shows_what_is_always_owed(client, section, disclaimers):
    post = PostFactory(parent=section, body=[("book", {"book": BookFactory(), "note": ""})])
    assert shown(client, post, disclaimers["always"]) == on_all(1)
    for rule in ("affiliate", "guest", "manual"):
        assert shown(client, post, disclaimers[rule]) == on_all(0)


def test_an_affiliate_link_and_a_guest_bring_their_disclaimers(client, section, disclaimers):
    post = PostFactory(
        parent=section,
        authors=[AuthorFactory(guest=True)],
        body=[("book", {"book": BookFactory(affiliate=True), "note": ""})],
    )
    for rule in ("affiliate", "guest", "always"):
        assert shown(client, post, disclaimers[rule]) == on_all(1)


def test_a_disclaimer_put_into_the_body_moves_there_and_is_not_doubled(
    client, section, disclaimers
):
    post = PostFactory(
        parent=section,
        body=[
            ("disclaimer", {"disclaimer": disclaimers["affiliate"]}),
            ("paragraph", RichText("<p>The end of the text.</p>")),
            ("book", {"book": BookFactory(affiliate=True), "note": ""}),
        ],
    )
    assert shown(client, post, disclaimers["affiliate"]) == on_all(1)
    html = client.get(post.url).content.decode()
    assert html.index("Text of affiliate.") < html.index("The end of the text.")


def test_a_manual_disclaimer_is_shown_where_it_is_put(client, section, disclaimers):
    post = PostFactory(parent=section, body=[("disclaimer", {"disclaimer": disclaimers["manual"]})])
    assert shown(client, post, disclaimers["manual"]) == on_all(1)


def test_marking_a_shop_as_affiliate_changes_every_post_with_the_book(client, section, disclaimers):
    book = BookFactory(affiliate=False)
    post = PostFactory(parent=section, body=[("book", {"book": book, "note": ""})])
    assert shown(client, post, disclaimers["affiliate"]) == on_all(0)
    book.links.update(program=AffiliateProgramFactory())
    assert shown(client, post, disclaimers["affiliate"]) == on_all(1)


def test_a_topic_brings_its_disclaimer(client, section, disclaimers):
    sleep, grief = TopicFactory(), TopicFactory()
    disclaimers["topic"].topics.set([sleep])
    for topic, times in ((sleep, 1), (grief, 0)):
        post = PostFactory(parent=section, topics=[topic])
        assert shown(client, post, disclaimers["topic"]) == on_all(times)


class TestPlace:
    BODY = (
        ("paragraph", RichText("<p>First words.</p>")),
        ("paragraph", RichText("<p>Last words.</p>")),
    )

    def order(self, post) -> str:
        """Return in which order the mail shows the words of a post, its books and disclaimers."""
        text = loader.render_to_string(
            "blog/partials/post_full.txt",
            {"post": type(post).objects.get(pk=post.pk), "channel": Channel.TEXT},
            using="text",
        )
        words = {"Text of": "D", "First words": "1", "Last words": "2", "example.com/0": "B"}
        return "".join(words[found] for found in re.findall("|".join(words), text))

    def test_at_the_top(self, client, section):
        disclaimer = DisclaimerFactory(name="top", rule="always", place="top")
        post = PostFactory(parent=section, body=self.BODY)
        assert shown(client, post, disclaimer) == on_all(1)
        assert self.order(post) == "D12"

    def test_beside_the_first_book_that_brings_it(self, client, section):
        disclaimer = DisclaimerFactory(name="beside", rule="affiliate", place="beside")
        plain, paid = BookFactory(affiliate=False, links=0), BookFactory(affiliate=True)
        books = [("book", {"book": book, "note": ""}) for book in (plain, paid, paid)]
        post = PostFactory(parent=section, body=[*books[:2], self.BODY[1], books[2]])
        assert shown(client, post, disclaimer) == on_all(1)
        assert self.order(post) == "BD2B"

    def test_beside_the_bio_of_a_guest(self, client, section):
        disclaimer = DisclaimerFactory(name="beside", rule="guest", place="beside")
        guest = AuthorFactory(guest=True)
        body = [self.BODY[0], ("author_bio", {"author": guest}), self.BODY[1]]
        post = PostFactory(parent=section, authors=[guest], body=body)
        assert shown(client, post, disclaimer) == on_all(1)
        assert self.order(post) == "1D2"

    @pytest.mark.parametrize("rule", ["always", "guest"])
    def test_where_no_block_brings_it_at_the_end(self, client, section, rule):
        disclaimer = DisclaimerFactory(name="beside", rule=rule, place="beside")
        guest = AuthorFactory(guest=True)
        post = PostFactory(parent=section, authors=[guest], body=self.BODY)
        assert shown(client, post, disclaimer) == on_all(1)
        assert self.order(post) == "12D"


class TestInTheEditor:
    def test_the_panel_says_what_a_post_owes_and_why(self, admin_client, section, disclaimers):
        Disclaimer.objects.filter(rule="always").update(place="top")
        post = PostFactory(
            parent=section,
            authors=[AuthorFactory(guest=True)],
            body=[("disclaimer", {"disclaimer": disclaimers["manual"]})],
        )
        html = admin_client.get(f"/admin/pages/{post.pk}/edit/").content.decode()
        panel = " ".join(html[html.index("the page shows:") :][:3000].split())
        assert "before the text (with every post)" in panel
        assert "at the end (when a guest wrote the post)" in panel
        assert "where an editor put it (only where an editor adds it)" in panel
        assert "affiliate</a>" not in panel

    def test_the_panel_of_a_new_post_is_there(self, admin_client, section):
        html = admin_client.get(f"/admin/pages/add/blog/postpage/{section.pk}/").content.decode()
        assert "the page owes no disclaimer" in html

    def test_a_disclaimer_by_topic_needs_one(self, admin_client):
        values = {"name": "Sleep", "rule": "topic", "place": "end", "text": "null"}
        answer = admin_client.post("/admin/snippets/blog/disclaimer/add/", values)
        assert "Choose the topics whose posts show it." in answer.content.decode()
        assert not Disclaimer.objects.exists()


def test_no_two_disclaimers_have_one_name(admin_client):
    DisclaimerFactory(name="Advice")
    form = {"name": "Advice", "rule": "always", "place": "end", "text": "null"}

    answer = admin_client.post(reverse("wagtailsnippets_blog_disclaimer:add"), form)

    assert answer.status_code == 200
    assert "Disclaimer with this Name already exists." in answer.content.decode()
    assert Disclaimer.objects.count() == 1
