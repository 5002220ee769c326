"""What programs are answered: Markdown, llms.txt, robots.txt and the map of the site."""

import pytest
from django.contrib.sitemaps import Sitemap
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree
from wagtail.models import PageViewRestriction
from wagtail.rich_text import RichText

from core.models import SiteSettings
from tests.blog.test_pages import rich_post
from tests.factories import (
    AuthorFactory,
    BookFactory,
    DisclaimerFactory,
    ImageFactory,
    PostFactory,
    SectionFactory,
    SeriesFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db


class TestMarkdown:
    def test_it_says_what_the_page_says(self, client, section, newsletter):
        guest = AuthorFactory(name="Ana", credentials="MSc", slug="ana", guest=True)
        DisclaimerFactory(name="Money", rule="affiliate")
        table = {"data": [["Night", "Hours"], ["Monday", "5"]], "first_row_is_table_header": True}
        works = [{"authors": "Vance, I.", "year": "2023", "title": "Waiting", "doi": "10.1000/x"}]
        post = PostFactory(
            parent=section,
            title="Awake <i>at* night",
            standfirst="Salt & sleep",
            authors=[guest, AuthorFactory(name="Ben")],
            topics=[TopicFactory(name="Sleep")],
            lead_image=ImageFactory(),
            lead_image_alt="A lamp",
            body=[
                ("heading", "What helped"),
                (
                    "paragraph",
                    RichText("<p>A <b>short</b> plan (Vance, 2023).</p><ul><li>Tea</li></ul>"),
                ),
                ("quote", {"text": "I went.", "attribution": "A reader", "source": ""}),
                ("code", {"code": "rest(night)  # <8"}),
                ("table", table),
                ("questions", {"questions": [{"question": "Nap?", "answer": RichText("Yes")}]}),
                ("book", {"book": BookFactory(title="The Long", affiliate=True)}),
                ("signup", {"newsletter": newsletter}),
                ("references", {"references": works}),
            ],
        )
        answer = client.get(f"{post.url}index.md")
        assert answer["Content-Type"] == "text/markdown; charset=utf-8"
        assert answer["Link"] == f'<{post.full_url}>; rel="canonical"'
        text = answer.content.decode()
        assert text.startswith(
            "# Awake \\<i>at\\* night\n\n- By: [Ana, MSc](http://localhost/authors/ana/)"
        )
        for part in (
            "(guest); [Ben]",
            "- Topics: Sleep\n",
            f"- Address: <{post.full_url}>\n",
            "*Salt & sleep*",
            "![A lamp](http://localhost/media/",
            "## What helped",
            "A **short** plan",
            f"]({post.full_url}#ref-vance-2023)",
            "- Tea",
            "> I went.",
            "```\nrest(night)  # <8\n```",
            "| Night | Hours |",
            "Nap?\n:   Yes",
            "[Shop 0](https://example.com/0) (affiliate link)",
            "> Text of Money.",
            "## References",
            "[Waiting](https://doi.org/10.1000/x)",
        ):
            assert part in text, part
        assert "<div" not in text

    def test_the_page_tells_where_it_is(self, client, section):
        post = PostFactory(parent=section)
        link = f'type="text/markdown" title="Markdown" href="{post.url}index.md">'
        assert link in client.get(post.url).content.decode()

    def test_what_not_everyone_may_read_has_none(self, client, section):
        private, draft = PostFactory(parent=section), PostFactory(parent=section, live=False)
        PageViewRestriction.objects.create(page=private, restriction_type="login")
        for url in (private.url, draft.get_url(), section.url, "/no/", "/journal/no/"):
            assert client.get(f"{url}index.md").status_code == 404

    def test_search_engines_are_asked_to_pass_over_what_is_not_listed(self, client, section):
        post = PostFactory(parent=section, listed=False)
        assert client.get(f"{post.url}index.md")["X-Robots-Tag"] == "noindex"

    def test_it_is_sent_again_only_when_it_says_something_else(self, client, section):
        url = f"{PostFactory(parent=section).url}index.md"
        same = {"If-None-Match": client.get(url)["ETag"]}
        assert client.get(url, headers=same).status_code == 304
        DisclaimerFactory(rule="always")
        assert client.get(url, headers=same).status_code == 200


class TestLlms:
    def test_it_names_sections_and_the_latest_posts(self, client, home, section):
        SiteSettings.objects.update_or_create(
            site=home.get_site(),
            defaults={"name": "Lantern", "tagline": "Quiet", "organisation": "Us"},
        )
        post = PostFactory(parent=section, title="A\npost", standfirst="Of <nights>")
        PostFactory(parent=section, title="Secret", listed=False)
        private = SectionFactory(parent=home, title="Closed")
        PageViewRestriction.objects.create(page=private, restriction_type="login")
        answer = client.get("/llms.txt")
        assert answer["Content-Type"] == "text/plain; charset=utf-8"
        text = answer.content.decode()
        assert text.startswith("# Lantern\n\n> Quiet\n")
        assert f"- [Journal]({section.full_url})\n" in text
        assert f"- [A post]({post.full_url}index.md): Of <nights>\n" in text
        assert "Secret" not in text
        assert "Closed" not in text

    def test_its_queries_do_not_grow_with_the_posts(self, client, section):
        taken = []
        for _ in range(2):
            for _ in range(3):
                PostFactory(parent=section)
            client.get("/llms.txt")
            with CaptureQueriesContext(connection) as queries:
                client.get("/llms.txt")
            taken.append(len(queries))
        assert taken[0] == taken[1] <= 6


class TestMap:
    @staticmethod
    def addresses(client, url: str) -> list[str]:
        answer = client.get(url)
        assert answer.status_code == 200
        return etree.fromstring(answer.content).xpath("//*[local-name()='loc']/text()")

    def test_robots_find_it(self, client, db):
        text = client.get("/robots.txt").content.decode()
        assert "Disallow: /admin/\n" in text
        assert "Sitemap: http://localhost/sitemap.xml" in text

    def test_it_holds_all_that_search_engines_are_to_find(self, client, section):
        post = PostFactory(
            parent=section,
            authors=[AuthorFactory(slug="ana")],
            topics=[TopicFactory(slug="sleep")],
            series=SeriesFactory(slug="nights"),
            body=[("book", {"book": BookFactory()})],
        )
        post.tags.add("tea")
        post.save()
        maps = self.addresses(client, "/sitemap.xml")
        assert all(url.startswith("http://testserver/sitemap-") for url in maps)
        found = [it for url in maps for it in self.addresses(client, url.split("testserver")[1])]
        assert found == [
            "http://localhost/",
            section.full_url,
            post.full_url,
            "http://localhost/authors/ana/",
            "http://localhost/topics/sleep/",
            "http://localhost/series/nights/",
            "http://localhost/tags/tea/",
            "http://localhost/books/",
            post.first_published_at.strftime("http://localhost/archive/%Y/%m/"),
            *(f"http://localhost/{index}/" for index in ("archive", "authors", "topics", "tags")),
        ]
        for name, number in (("authors", 1), ("months", 1), ("indexes", 4)):
            latest = etree.fromstring(client.get(f"/sitemap-{name}.xml").content)
            days = latest.xpath("//*[local-name()='lastmod']/text()")
            assert days == [post.last_published_at.date().isoformat()] * number

    def test_it_leaves_out_what_they_are_not_to_find(self, client, section):
        AuthorFactory(slug="nobody")
        TopicFactory(slug="empty")
        private = PostFactory(parent=section)
        PageViewRestriction.objects.create(page=private, restriction_type="login")
        PostFactory(parent=section, live=False)
        PostFactory(parent=section, listed=False)
        PostFactory(parent=section, canonical_url="https://elsewhere.example.org/", slug="else")
        assert self.addresses(client, "/sitemap-pages.xml") == [
            "http://localhost/",
            section.full_url,
        ]
        names = [url.rpartition("-")[2] for url in self.addresses(client, "/sitemap.xml")]
        assert names == ["pages.xml", "authors.xml", "topics.xml", "months.xml", "indexes.xml"]
        assert "http://localhost/tags/" not in self.addresses(client, "/sitemap-indexes.xml")
        assert self.addresses(client, "/sitemap-authors.xml") == ["http://localhost/authors/else/"]
        assert client.get("/sitemap-no.xml").status_code == 404

    def test_what_does_not_fit_into_one_goes_on_in_another(self, client, section, monkeypatch):
        monkeypatch.setattr(Sitemap, "limit", 2)
        for _ in range(3):
            PostFactory(parent=section)
        maps = self.addresses(client, "/sitemap.xml")
        topics = [url.split("testserver")[1] for url in maps if "-topics" in url]
        assert topics == ["/sitemap-topics.xml", "/sitemap-topics.xml?p=2"]
        first, second = (self.addresses(client, url) for url in topics)
        assert (len(first), len(second)) == (2, 1)
        assert len({*first, *second}) == 3

    def test_its_queries_do_not_grow_with_the_posts(self, client, section):
        taken = []
        for _ in range(2):
            rich_post(section, 2)
            for name in ("pages", "tags", "months", "indexes"):
                client.get(f"/sitemap-{name}.xml")
                with CaptureQueriesContext(connection) as queries:
                    client.get(f"/sitemap-{name}.xml")
                taken.append(len(queries))
        assert taken[:4] == taken[4:]
