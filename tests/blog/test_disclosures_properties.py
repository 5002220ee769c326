"""Rule 5: whatever a post is made of, each disclaimer that it owes is there, once, everywhere."""

from itertools import product

import pytest
from django.template import loader
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from blog import paper
from blog.models import Disclaimer, PostPage
from core.channels import Channel
from tests.factories import (
    AuthorFactory,
    BookFactory,
    DisclaimerFactory,
    PostFactory,
    ReusableContentFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db

# Of what bodies are made: a book that earns something or nothing, the bio of a guest or of staff,
# words, and a disclaimer put there by hand, by its place in the library.
PARTS = st.one_of(st.sampled_from(["paid", "free", "guest", "staff", "words"]), st.integers(0, 14))


@pytest.fixture
def library() -> dict[str, object]:
    """Disclaimers of every rule and place, and what brings them."""
    sleep = TopicFactory(name="Sleep")
    disclaimers = [
        DisclaimerFactory(name=f"{rule} {place}", rule=rule, place=place)
        for rule, place in product(Disclaimer.Rule.values, Disclaimer.Place.values)
    ]
    for disclaimer in disclaimers:
        if disclaimer.rule == "topic":
            disclaimer.topics.set([sleep])
    return {
        "disclaimers": disclaimers,
        "sleep": sleep,
        "grief": TopicFactory(name="Grief"),
        "guest": AuthorFactory(guest=True),
        "staff": AuthorFactory(),
        "paid": BookFactory(affiliate=True, links=2),
        "free": BookFactory(affiliate=False),
    }


def block(part: str | int, library: dict) -> tuple[str, object]:
    if isinstance(part, int):
        return "disclaimer", {"disclaimer": library["disclaimers"][part]}
    if part in ("paid", "free"):
        return "book", {"book": library[part], "note": ""}
    if part in ("guest", "staff"):
        return "author_bio", {"author": library[part]}
    return "quote", {"text": "Some words.", "attribution": "", "source": ""}


def feeds(client) -> dict[str, str]:
    """Return what each feed says of the only post that there is."""
    rss, atom = (etree.fromstring(client.get(f"/feed.{kind}").content) for kind in ("rss", "atom"))
    (item,) = client.get("/feed.json").json()["items"]
    return {
        "rss": rss.findtext(".//{*}encoded"),
        "atom": atom.findtext("{*}entry/{*}content"),
        "json": item["content_html"],
    }


def shown(client, post: PostPage) -> dict[str, str]:
    """Return a post as each channel shows it."""
    pages = {"web": client.get(post.url).content.decode(), **feeds(client)}
    pages["paper"] = paper.html_of(PostPage.objects.get(pk=post.pk))
    pages["markdown"] = client.get(f"{post.url}index.md").content.decode()
    for channel in (Channel.EMAIL, Channel.TEXT):
        pages[channel] = loader.render_to_string(
            f"blog/partials/post_full{channel.suffix}",
            {"post": PostPage.objects.get(pk=post.pk), "channel": channel},
            using=channel.engine,
        )
    return pages


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    parts=st.lists(PARTS, max_size=5),
    kept=st.lists(PARTS, max_size=3),
    author=st.sampled_from(["guest", "staff"]),
    topic=st.sampled_from(["sleep", "grief"]),
)
def test_each_disclaimer_is_shown_as_often_as_it_must_be(
    client, section, library, parts, kept, author, topic
):
    content = ReusableContentFactory(body=[block(part, library) for part in kept])
    PostPage.objects.all().delete()
    post = PostFactory(
        parent=section,
        authors=[library[author]],
        topics=[library[topic]],
        body=[*(block(part, library) for part in parts), ("reusable", {"content": content})],
    )
    everything = [*parts, *kept]
    is_owed = {
        "affiliate": "paid" in everything,
        "guest": author == "guest",
        "topic": topic == "sleep",
        "always": True,
        "manual": False,
    }
    for channel, page in shown(client, post).items():
        for number, disclaimer in enumerate(library["disclaimers"]):
            expected = everything.count(number) or int(is_owed[disclaimer.rule])
            assert page.count(f"Text of {disclaimer.name}.") == expected, (channel, disclaimer)
        links = 2 * everything.count("paid")
        assert page.lower().count("affiliate link") == links, channel
