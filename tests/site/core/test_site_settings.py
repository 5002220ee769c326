"""How the site names itself, looks and is found one's way through, as its settings say."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction, Site
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from core.colours import DARK_GROUNDS, LIGHT_GROUNDS, contrast
from core.models import SiteSettings
from tests.factories import ImageFactory, SectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(home) -> Site:
    return Site.objects.get()


@pytest.fixture
def brand(site) -> SiteSettings:
    return SiteSettings.for_site(site)


@pytest.fixture
def choose(brand):
    """Changes settings of the site."""

    def choose(**fields) -> None:
        for name, value in fields.items():
            setattr(brand, name, value)
        brand.save()

    return choose


@pytest.fixture
def save(admin_client, site):
    """Sends the form of the settings, as an editor does; returns what went wrong."""

    def save(menu=(), footer_menu=(), profiles=(), sharing=(), **fields) -> dict:
        values = {"name": "The Lamp", "logo": "", "logo_dark": "", "comments_trusted_after": 0}
        values |= {"comment_policy": rich_text(""), **fields}
        streams = {"menu": menu, "footer_menu": footer_menu}
        streams |= {"profiles": profiles, "sharing": sharing}
        values |= {name: streamfield(blocks) for name, blocks in streams.items()}
        answer = admin_client.post(
            f"/admin/settings/core/sitesettings/{site.pk}/", nested_form_data(values)
        )
        return answer.context["form"].errors if answer.status_code == 200 else {}

    return save


def link(label="", page=None, url="") -> tuple[str, dict]:
    return "link", {"label": label, "page": page.pk if page else "", "url": url}


def part(html: str, tag: str) -> str:
    """Return the part of a page that an element of a kind is, the first there is."""
    return re.search(rf"<{tag}.*?</{tag}>", html, re.DOTALL)[0]


class TestColours:
    def test_contrast_is_that_of_wcag(self):
        assert contrast("#000000", "#ffffff") == contrast("#ffffff", "#000000") == 21
        assert contrast("#777777", "#777777") == 1
        assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
        assert contrast("#ff0000", "#ffffff") == pytest.approx(4.00, abs=0.005)

    def test_contrast_is_checked_with_the_grounds_of_the_stylesheet(self):
        css = (Path(settings.SITE_DIR) / "static/css/base.css").read_text()
        papers, washes = (
            re.search(rf"--{name}: light-dark\((#\w+), (#\w+)\);", css).groups()
            for name in ("paper", "wash")
        )
        assert list(zip(papers, washes, strict=True)) == [LIGHT_GROUNDS, DARK_GROUNDS]

    def test_a_colour_that_cannot_be_read_is_refused_with_the_ratio_that_it_reaches(self, save):
        (message,) = save(accent="#ffcc00")["accent"]
        assert "1.32 to 1" in message
        assert "4.5 to 1" in message
        assert "darker" in message

    def test_a_colour_is_measured_on_the_ground_that_it_is_shown_on(self, save):
        assert "lighter" in save(accent_dark="#0b5a63")["accent_dark"][0]
        assert save(accent="#0b5a63", accent_dark="#86cbcb") == {}

    @pytest.mark.parametrize("colour", ["red", "#12", "#12345g", "0b5a63", "#0b5a6\n", "#0b5}x"])
    def test_what_is_no_colour_is_refused(self, save, colour):
        assert "six digits" in save(accent=colour)["accent"][0]

    def test_colours_come_as_a_stylesheet_that_may_be_kept_for_ever(self, client, home, choose):
        choose(accent="#7a1f3d", accent_dark="#f0a6c0")
        (address,) = re.findall(r'"(/theme\.css[^"]+)"', client.get(home.url).content.decode())
        answer = client.get(address)
        assert answer["Content-Type"] == "text/css"
        assert "immutable" in answer["Cache-Control"]
        assert "max-age=31536000" in answer["Cache-Control"]
        assert not answer.cookies
        colours = re.findall(r"--accent-(light|dark): (#\w+);", answer.content.decode())
        assert colours == [("light", "#7a1f3d"), ("dark", "#f0a6c0")]

    def test_other_colours_have_another_address(self, client, home, choose):
        pages = []
        for colour in ("#7a1f3d", "#0b5a63"):
            choose(accent=colour)
            vars(SiteSettings.for_site(Site.objects.get())).pop("theme_version", None)
            pages.append(re.search(r"theme\.css\?v=\w+", client.get(home.url).content.decode())[0])
        assert pages[0] != pages[1]
        assert client.get(f"/{pages[0]}")["Cache-Control"] == "no-cache"

    def test_one_colour_leaves_the_other_as_it_is(self, client, choose):
        choose(accent="#7a1f3d")
        assert "dark" not in client.get("/theme.css").content.decode()

    def test_with_no_colours_there_is_no_stylesheet(self, client, home):
        assert "theme.css" not in client.get(home.url).content.decode()
        assert client.get("/theme.css").status_code == 404


class TestLogo:
    def test_the_logo_stands_at_the_head_and_is_named(self, client, home, choose):
        choose(name="The Lamp", logo=ImageFactory())
        header = part(client.get(home.url).content.decode(), "header")
        assert 'alt="The Lamp"' in header
        assert "The Lamp" not in re.sub(r"<[^>]+>", "", header)
        assert "(prefers-color-scheme: dark)" not in header

    def test_dark_screens_get_the_logo_made_for_them(self, client, home, choose):
        light, dark = ImageFactory(title="light"), ImageFactory(title="dark")
        choose(logo=light, logo_dark=dark)
        header = part(client.get(home.url).content.decode(), "header")
        source = re.search(r'<source media="\(prefers-color-scheme: dark\)"[^>]+>', header)[0]
        assert dark.renditions.get(filter_spec="max-240x40|format-webp").url in source

    def test_a_logo_is_delivered_in_no_more_than_three_times_its_size(self, client, home, choose):
        logo = ImageFactory()
        choose(logo=logo)
        client.get(home.url)
        assert all(size.height <= 120 for size in logo.renditions.all())

    @pytest.mark.parametrize("is_deleted", [False, True])
    def test_the_name_stands_where_there_is_no_logo(self, client, home, choose, is_deleted):
        choose(name="The Lamp", logo=ImageFactory() if is_deleted else None)
        if is_deleted:
            SiteSettings.objects.get().logo.file.delete(save=False)
        header = part(client.get(home.url).content.decode(), "header")
        assert "The Lamp" in re.sub(r"<[^>]+>", "", header)

    def test_a_logo_for_dark_screens_alone_is_refused(self, save):
        assert "light pages" in save(logo_dark=str(ImageFactory().pk))["logo"][0]


class TestMenus:
    @pytest.fixture
    def pages(self, home):
        return [SectionFactory(parent=home, title=f"Part {n}") for n in range(3)]

    @pytest.mark.parametrize(("menu", "label"), [("menu", "Main"), ("footer_menu", "Footer")])
    def test_a_menu_leads_to_pages_and_addresses_in_their_order(
        self, client, home, choose, pages, menu, label
    ):
        choose(
            **{
                menu: [
                    ("link", {"label": "Elsewhere", "url": "https://example.org/"}),
                    ("link", {"label": "", "page": pages[1]}),
                    ("link", {"label": "First", "page": pages[0]}),
                ]
            }
        )
        html = client.get(home.url).content.decode()
        shown = part(html[html.index(f'<nav aria-label="{label}">') :], "nav")
        links = re.findall(r'<li>\s*<a href="([^"]+)"[^>]*>([^<]+)</a>', shown)
        assert links == [
            ("https://example.org/", "Elsewhere"),
            (pages[1].url, "Part 1"),
            (pages[0].url, "First"),
        ]

    def test_pages_that_not_everyone_may_see_are_left_out(self, client, home, choose, pages):
        choose(menu=[("link", {"label": "", "page": page}) for page in pages])
        pages[0].unpublish()
        PageViewRestriction.objects.create(page=pages[1], restriction_type="login")
        header = part(client.get(home.url).content.decode(), "header")
        assert [f"Part {n}" in header for n in range(3)] == [False, False, True]
        pages[2].delete()
        assert "<nav" not in part(client.get(home.url).content.decode(), "header")

    def test_with_no_menu_the_pages_that_show_in_menus_are_in_it(self, client, home, pages):
        pages[1].show_in_menus = True
        pages[1].save()
        header = part(client.get(home.url).content.decode(), "header")
        assert "Part 1" in header
        assert "Part 0" not in header

    def test_the_link_to_the_page_itself_says_so(self, client, home, choose, pages):
        choose(menu=[("link", {"label": "", "page": page}) for page in (home, *pages)])
        header = part(client.get(pages[1].url).content.decode(), "header")
        assert re.findall(r'href="([^"]+)" aria-current="(\w+)"', header) == [
            (pages[1].url, "page")
        ]

    def test_a_page_takes_the_same_queries_however_many_links_there_are(self, client, home, choose):
        always = client.get(home.url).content.count(b"<li>")
        counts = []
        for size in (1, 12):
            pages = [SectionFactory(parent=home) for _ in range(size)]
            links = [("link", {"label": "", "page": page}) for page in pages]
            profiles = [("profile", {"name": "Net", "url": "https://example.org/"})] * size
            choose(menu=links, footer_menu=links, profiles=profiles)
            client.get(home.url)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(home.url).content.count(b"<li>") == always + 3 * size
            counts.append(len(captured))
        assert counts[0] == counts[1]

    @pytest.mark.parametrize(
        "url",
        [
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "data:text/html,hi",
            "//evil.example",
            "books",
            "mailto:nobody",
            "ftp://example.org/",
            "https://",
        ],
    )
    def test_an_address_that_leads_nowhere_is_refused(self, save, url):
        (error,) = save(menu=[link("Look", url=url)])["menu"].as_data()
        assert "whole address" in str(error.block_errors[0].block_errors["url"])

    @pytest.mark.parametrize(
        "url", ["https://example.org/a?b=c", "/books/", "/", "#sign-up", "mailto:desk@example.org"]
    )
    def test_an_address_may_be_anywhere_else(self, save, brand, url):
        assert save(menu=[link("Look", url=url)]) == {}
        brand.refresh_from_db()
        assert brand.menu[0].value["url"] == url

    def test_a_link_has_one_aim_and_a_name(self, save, pages):
        for bad in (link("Both", page=pages[0], url="/books/"), link("Nowhere"), link(url="/a/")):
            assert "menu" in save(menu=[bad])

    def test_hostile_names_are_shown_as_they_are(self, client, home, choose):
        hostile = "<script>alert(1)</script>"
        links = [("link", {"label": hostile, "url": "/books/"})]
        profiles = [("profile", {"name": hostile, "url": "https://example.org/"})]
        choose(name=hostile, menu=links, footer_menu=links, profiles=profiles)
        html = client.get(home.url).content.decode()
        assert "<script>alert" not in html
        assert html.count("&lt;script&gt;") >= 4

    def test_profiles_elsewhere_are_marked_as_the_publications_own(self, client, home, choose):
        choose(profiles=[("profile", {"name": "Mastodon", "url": "https://m.example/@lamp"})])
        footer = part(client.get(home.url).content.decode(), "footer")
        assert re.search(r'<a href="https://m.example/@lamp" rel="me[^"]*"[^>]*>Mastodon<', footer)
