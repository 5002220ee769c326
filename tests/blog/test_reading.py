"""What helps to read a post: how long it takes, its table of contents; and to pass it on."""

import re
from html import unescape
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from wagtail.models import Site
from wagtail.rich_text import RichText

from blog.reading import length_of
from core.models import SiteSettings
from core.sharing import NETWORKS, share_links
from tests.factories import PostFactory, ReusableContentFactory

pytestmark = pytest.mark.django_db


def paragraph(html: str) -> tuple[str, RichText]:
    return "paragraph", RichText(html)


def page_of(client, post) -> str:
    return client.get(post.url).content.decode()


class TestReadingTime:
    @pytest.mark.parametrize(
        ("text", "words", "minutes"),
        [
            ("", 0, 1),
            ("word " * 238 * 3, 714, 3),
            ("– … — !", 0, 1),
            ("-" * 100_000, 0, 1),
            ("夜は長い。" * 300, 1200, 4),  # Four characters and a full stop.
            ("밤은 길다 " * 238, 476, 2),  # Korean has spaces.
            ("睡眠 sleep " * 300, 900, 3),
        ],
    )
    def test_it_follows_from_the_words_or_their_characters(self, section, text, words, minutes):
        body = PostFactory(parent=section, body=[paragraph(f"<p>{text}</p>")]).body
        assert (length_of(body).words, length_of(body).minutes) == (words, minutes)

    def test_it_counts_what_is_read_and_what_the_search_index_is_given(self, client, section):
        kept = ReusableContentFactory(body=[paragraph("<p>" + "kept " * 238 + "</p>")])
        post = PostFactory(
            parent=section,
            body=[
                paragraph('<p><a href="https://example.org/">' + "one " * 238 + "</a></p>"),
                ("code", {"code": "not " * 1000, "language": ""}),
                ("reusable", {"content": kept}),
            ],
        )
        assert re.search(r"2 minutes\s+to read", page_of(client, post))


class TestContents:
    LONG = "<p>" + "word " * 900 + "</p>"

    def test_a_long_post_leads_to_its_parts(self, client, section):
        post = PostFactory(
            parent=section,
            body=[
                ("heading", "First & <i>last</i>"),
                paragraph(
                    self.LONG + "<h2>Second <b>one</b></h2><p>x</p><h3>Below &amp; in it</h3>"
                ),
                paragraph('<h4>Too deep</h4><h2 data-block-key="k">夜</h2><h2>***</h2>'),
            ],
        )
        html = page_of(client, post)
        contents = re.search(r'<nav class="contents".*?</nav>', html, re.DOTALL)[0]
        links = re.findall(r'<a href="#([^"]+)" dir="auto">(.*?)</a>', contents)
        assert [unescape(words) for _anchor, words in links] == [
            "First & <i>last</i>",
            "Second one",
            "Below & in it",
            "夜",
        ]
        for anchor, _words in links:
            assert html.count(f'id="{anchor}"') == 1
        assert re.search(r"Second one</a>\s*<ol[^>]*>\s*<li><a[^>]*>Below", contents)
        assert '<h2 data-block-key="k" id="on-夜">夜</h2>' in html

    @pytest.mark.parametrize(
        "body",
        [
            [("heading", f"Part {n}") for n in range(9)],
            [paragraph("<p>" + "word " * 900 + "</p>"), ("heading", "The only part")],
        ],
    )
    def test_a_short_post_or_one_of_few_parts_has_none(self, client, section, body):
        assert 'class="contents"' not in page_of(client, PostFactory(parent=section, body=body))

    def test_headings_alike_have_ids_that_stay_as_long_as_those_before_do(self, client, section):
        body = [
            paragraph("<h2>Again</h2><h3>Again</h3>"),
            ("heading", "Again"),
            ("heading", "Again 2"),
            ("reusable", {"content": ReusableContentFactory(body=[("heading", "Again")])}),
        ]
        html = page_of(client, PostFactory(parent=section, body=body))
        ids = re.findall(r'<h\d[^>]* id="(on-[^"]+)"', html)
        assert ids == ["on-again", "on-again-2", "on-again-3", "on-again-2-2", "on-again-4"]


class TestSharing:
    def links(self, client, post) -> list[str]:
        shared = re.search(r'<ul class="share-list">.*?</ul>', page_of(client, post), re.DOTALL)
        links = re.findall(r'<a href="([^"]+)"', unescape(shared[0])) if shared else []
        return [link for link in links if not link.endswith("/post.pdf")]

    def test_a_mail_has_title_and_address_whatever_is_in_them(self, client, section):
        title = "Tea & rain? 100% “yes”\u2028夜 <b>"
        post = PostFactory(parent=section, title=title)
        [mail] = [it for it in self.links(client, post) if it.startswith("mailto:")]
        fields = parse_qs(urlsplit(mail).query, strict_parsing=True)
        plain = " ".join(title.split())
        assert fields == {"subject": [plain], "body": [f"{plain}\r\n{post.full_url}"]}

    def test_networks_are_those_of_the_settings_in_their_order(self, client, home, section):
        post = PostFactory(parent=section)
        brand = SiteSettings.for_site(Site.objects.get())
        assert [urlsplit(it).hostname for it in self.links(client, post)] == [
            None,
            "share.joinmastodon.org",
            "bsky.app",
            "wa.me",
        ]
        brand.sharing = [("network", name) for name in ("linkedin", "facebook", "linkedin")]
        brand.save()
        links = self.links(client, post)
        assert [urlsplit(it).hostname for it in links] == ["www.linkedin.com", "www.facebook.com"]
        assert all(post.full_url in unquote(it) for it in links)
        brand.sharing = []
        brand.save()
        assert self.links(client, post) == []

    def test_each_network_is_given_the_whole_address(self):
        url = "https://example.org/a/?b=c&d=e#f"
        for link in share_links("A title", url, [*NETWORKS, "gone"]):
            assert url in unquote(link.url)
            assert url not in link.url
