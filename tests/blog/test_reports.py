"""Editors look up across posts what earns money, is disclosed, lacks credit, or leads nowhere."""

import csv
from io import BytesIO

import pytest
from openpyxl import load_workbook
from wagtail.models import Collection, ReferenceIndex
from wagtail.rich_text import RichText

from tests.factories import (
    AffiliateProgramFactory,
    AuthorFactory,
    BookFactory,
    DisclaimerFactory,
    ImageFactory,
    PostFactory,
    ReusableContentFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db

AFFILIATE_LINKS = "/admin/reports/affiliate-links/"
BROKEN_LINKS = "/admin/reports/broken-internal-links/"
DISCLOSURES = "/admin/reports/posts-by-disclaimer/"
IMAGES = "/admin/reports/images-without-credit/"
REPORTS = [AFFILIATE_LINKS, BROKEN_LINKS, DISCLOSURES, IMAGES]


def book_block(book) -> tuple:
    return ("book", {"book": book, "note": ""})


def link_to(page, words: str = "Read on") -> tuple:
    source = f'<p>{"Well. " * 3}<a linktype="page" id="{page.pk}">{words}</a></p>'
    return ("paragraph", RichText(source))


def rows(client, address: str, **asked) -> list[list[str]]:
    """Return what the spreadsheet of a report says below its headings."""
    answer = client.get(address, {"export": "csv", **asked})
    return list(csv.reader(answer.getvalue().decode().splitlines()))[1:]


def a_bit_of_everything(section) -> None:
    """Add something that each report lists."""
    gone = PostFactory(parent=section, live=False)
    image = ImageFactory(credit="")
    program = AffiliateProgramFactory(text="<p>We earn.</p>")
    book = BookFactory(affiliate=True)
    book.links.update(program=program)
    guest = AuthorFactory(guest=True)
    kept = ReusableContentFactory(body=[book_block(BookFactory(affiliate=True)), link_to(gone)])
    PostFactory(
        parent=section,
        authors=[guest],
        lead_image=image,
        body=[
            link_to(gone),
            book_block(book),
            ("author_bio", {"author": guest, "text": None}),
            ("reusable", {"content": kept}),
        ],
    )


class TestEachReport:
    @pytest.mark.parametrize("address", REPORTS)
    def test_says_so_where_it_has_nothing_to_list(self, admin_client, section, address):
        assert "There are no results." in admin_client.get(address).content.decode()
        assert rows(admin_client, address) == []

    @pytest.mark.parametrize("address", REPORTS)
    def test_is_in_the_menu(self, admin_client, section, address):
        assert address in admin_client.get("/admin/").content.decode()

    @pytest.mark.parametrize("address", REPORTS)
    def test_is_for_editors_and_not_for_moderators(self, member_of, section, address):
        editor, moderator = member_of("Editor"), member_of("Moderator")
        assert editor.get(address).status_code == 200
        assert moderator.get(address).status_code == 302
        assert moderator.get(f"{address}results/").status_code == 302
        assert address not in moderator.get("/admin/").content.decode()

    @pytest.mark.parametrize("address", REPORTS)
    def test_is_taken_away_as_a_spreadsheet(self, admin_client, section, address):
        a_bit_of_everything(section)
        answer = admin_client.get(address, {"export": "xlsx"})
        sheet = load_workbook(BytesIO(answer.getvalue())).active
        assert sheet.max_row == len(rows(admin_client, address)) + 1 > 1
        assert all(cell.value for cell in sheet[1])

    @pytest.mark.parametrize("address", REPORTS)
    def test_gives_a_spreadsheet_no_formulas(self, admin_client, section, address):
        ImageFactory(title="=1+1", credit="")
        book = BookFactory(title="=1+1", affiliate=True)
        DisclaimerFactory(rule="always")
        gone = PostFactory(parent=section, live=False)
        PostFactory(parent=section, title="=1+1", body=[book_block(book), link_to(gone)])
        words = [cell for row in rows(admin_client, address) for cell in row]
        assert "'=1+1" in words
        assert not [word for word in words if word.startswith("=")]

    @pytest.mark.parametrize("address", REPORTS)
    def test_takes_as_many_queries_however_much_there_is(
        self, admin_client, section, address, django_assert_max_num_queries
    ):
        a_bit_of_everything(section)
        admin_client.get(address)
        with django_assert_max_num_queries(80) as counted:
            admin_client.get(address)
        for _time in range(4):
            a_bit_of_everything(section)
        with django_assert_max_num_queries(len(counted)):
            assert admin_client.get(address).status_code == 200

    def test_has_pages(self, admin_client, section):
        for _time in range(51):
            ImageFactory(credit="")
        answer = admin_client.get(IMAGES)
        assert len(answer.context["object_list"]) == 50
        assert len(admin_client.get(f"{IMAGES}results/?p=2").context["object_list"]) == 1
        assert len(rows(admin_client, IMAGES)) == 51


def test_affiliate_links_are_listed_with_the_posts_that_show_them(admin_client, section):
    program = AffiliateProgramFactory(name="Big Shop", parameter="tag", value="quiet-21")
    rain, fog = BookFactory(title="Rain", links=2), BookFactory(title="Fog", affiliate=True)
    rain.links.filter(name="Shop 1").update(program=program)
    kept = ReusableContentFactory(body=[book_block(rain)])
    first = PostFactory(parent=section, title="First", body=[("reusable", {"content": kept})])
    PostFactory(parent=section, title="<Second>", body=[book_block(rain)])
    PostFactory(parent=section, title="Draft", live=False, body=[book_block(rain)])
    found = rows(admin_client, AFFILIATE_LINKS)
    assert [row[0] for row in found] == ["Fog", "Rain"]
    assert found[0][4] == ""
    assert found[1][1:4] == ["Shop 1", "Big Shop", "https://example.com/1?tag=quiet-21"]
    assert found[1][4] == "<Second>, First"
    html = admin_client.get(AFFILIATE_LINKS).content.decode()
    assert f'<a href="/admin/pages/{first.pk}/edit/">First</a>' in html
    assert f"/admin/snippets/blog/book/edit/{fog.pk}/" in html
    assert "&lt;Second&gt;" in html
    assert "<Second>" not in html


def test_images_without_credit_are_listed_with_how_often_they_are_used(admin_client, section):
    ImageFactory(title="Named")
    ImageFactory(title="Unused", credit="")
    used = ImageFactory(title="Used", credit=" ")
    image = {"image": used, "alt_text": "A", "caption": None, "credit": ""}
    PostFactory(parent=section, lead_image=used, body=[("image", image)])
    PostFactory(parent=section, lead_image=used)
    assert ReferenceIndex.get_references_to(used).exists()
    found = rows(admin_client, IMAGES)
    assert [row[:2] for row in found] == [["Used", "2"], ["Unused", "0"]]
    html = admin_client.get(IMAGES).content.decode()
    assert f'href="/admin/images/usage/{used.pk}/"' in html


def test_an_author_sees_only_images_of_their_own(member_of, section):
    author = member_of("Author")
    root = Collection.get_first_root_node()
    ImageFactory(title="Mine", credit="", collection=root, uploaded_by_user=author.user)
    ImageFactory(title="Another's", credit="", collection=root)
    assert [row[0] for row in rows(author, IMAGES)] == ["Mine"]


class TestPostsByDisclaimer:
    def test_each_disclaimer_of_each_live_post_is_listed_with_where_and_why(
        self, admin_client, section
    ):
        sleep = TopicFactory()
        DisclaimerFactory(name="Shops", rule="affiliate", place="beside")
        DisclaimerFactory(name="Guests", rule="guest", place="beside")
        DisclaimerFactory(name="Sleep", rule="topic", place="top").topics.add(sleep)
        placed = DisclaimerFactory(name="Placed", rule="manual")
        guest = AuthorFactory(guest=True)
        kept = ReusableContentFactory(body=[book_block(BookFactory(affiliate=True))])
        PostFactory(
            parent=section,
            title="A",
            body=[("reusable", {"content": kept}), ("disclaimer", {"disclaimer": placed})],
        )
        PostFactory(parent=section, title="B", authors=[guest], topics=[sleep])
        PostFactory(parent=section, title="C")
        PostFactory(parent=section, title="Draft", live=False, authors=[guest], topics=[sleep])
        beside = "right after the first book or author bio that brings it"
        assert rows(admin_client, DISCLOSURES) == [
            ["A", "Placed", "where an editor put it", "only where an editor adds it"],
            ["A", "Shops", beside, "when the post has an affiliate link"],
            ["B", "Sleep", "before the text", "when the post is on one of its topics"],
            ["B", "Guests", "at the end", "when a guest wrote the post"],
        ]

    def test_the_report_says_of_a_post_what_its_editor_is_told(self, admin_client, section):
        a_bit_of_everything(section)
        for rule in ("affiliate", "guest", "always"):
            DisclaimerFactory(rule=rule, place="beside")
        told = [
            [post.title, str(disclaimer), str(place), str(why)]
            for post in section.get_children().live().specific().order_by("title")
            for disclaimer, place, why in post.disclosures
        ]
        assert len(told) == 4
        assert rows(admin_client, DISCLOSURES) == told

    def test_it_is_filtered_by_disclaimer(self, admin_client, section):
        always, guests = DisclaimerFactory(rule="always"), DisclaimerFactory(rule="guest")
        PostFactory(parent=section, title="A", authors=[AuthorFactory(guest=True)])
        PostFactory(parent=section, title="B")
        assert len(rows(admin_client, DISCLOSURES)) == 3
        for chosen, titles in ((always, ["A", "B"]), (guests, ["A"])):
            found = rows(admin_client, DISCLOSURES, disclaimer=chosen.pk)
            assert [row[0] for row in found] == titles
        html = admin_client.get(DISCLOSURES, {"disclaimer": guests.pk}).content.decode()
        assert guests.name in html
        assert admin_client.get(DISCLOSURES, {"disclaimer": "nonsense"}).status_code == 200


class TestBrokenLinks:
    def test_links_of_live_posts_to_what_is_gone_or_not_public_are_listed(
        self, admin_client, section
    ):
        draft = PostFactory(parent=section, title="Drafted", live=False)
        gone, fine = PostFactory(parent=section), PostFactory(parent=section)
        kept = ReusableContentFactory(body=[link_to(draft, "Kept")])
        button = {"text": "", "label": "Go", "page": gone, "url": ""}
        body = [
            link_to(gone, "One & all"),
            link_to(fine),
            ("call_to_action", button),
            ("reusable", {"content": kept}),
        ]
        PostFactory(parent=section, title="Live", body=body)
        PostFactory(parent=section, title="Unseen", live=False, body=body)
        gone.delete()
        assert rows(admin_client, BROKEN_LINKS) == [
            ["Live", "1", "One & all", "the page is gone"],
            ["Live", "3", "(chosen in the block)", "the page is gone"],
            ["Live", "4", "Kept", "“Drafted” is not public"],
        ]

    def test_an_author_sees_those_of_their_own_posts(self, member_of, section):
        author = member_of("Author")
        draft = PostFactory(parent=section, live=False)
        PostFactory(parent=section, title="Mine", owner=author.user, body=[link_to(draft)])
        PostFactory(parent=section, title="Another's", body=[link_to(draft)])
        assert [row[0] for row in rows(author, BROKEN_LINKS)] == ["Mine"]
