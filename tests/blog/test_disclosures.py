"""Posts show the disclaimers that they owe, on every channel, without an editor's doing."""

from itertools import product

import pytest
from django.template import loader
from wagtail.rich_text import RichText

from blog.disclosures import Facts, owed
from blog.models import Disclaimer
from core.channels import Channel
from tests.factories import AuthorFactory, BookFactory, DisclaimerFactory, PostFactory

RULES = {rule: Disclaimer(name=rule, rule=rule) for rule in Disclaimer.Rule.values}


@pytest.mark.parametrize(("affiliate", "guest"), list(product([True, False], repeat=2)))
def test_each_rule_follows_from_its_fact(affiliate, guest):
    facts = Facts(has_affiliate_link=affiliate, has_guest_author=guest)
    rules = {disclaimer.rule for disclaimer in owed(facts, RULES.values())}
    expected = {"affiliate": affiliate, "guest": guest, "always": True}
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
    book.links.update(affiliate=True)
    assert shown(client, post, disclaimers["affiliate"]) == on_all(1)
