"""The page of all books that posts recommend, and the programs that their links belong to."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from blog.models import AffiliateProgram, RetailerLink
from tests.blog.test_pages import queries
from tests.factories import (
    BookFactory,
    DisclaimerFactory,
    ImageFactory,
    PostFactory,
    ReusableContentFactory,
)

pytestmark = pytest.mark.django_db
BOOKS = reverse("books")


def recommend(section, book, **fields):
    return PostFactory(parent=section, body=[("book", {"book": book, "note": ""})], **fields)


def shown(client, **data) -> str:
    return client.get(BOOKS, data).content.decode()


def test_it_lists_each_book_once_with_the_posts_that_recommend_it(client, section):
    book = BookFactory(title="Corridors", description="On waiting.")
    recommend(section, book, title="First of all")
    recommend(section, book, title="Once more")
    page = shown(client)
    assert page.count("<cite>Corridors</cite>") == 1
    assert "On waiting." in page
    assert page.index("Once more") < page.index("First of all")


def test_a_book_that_no_listed_post_recommends_is_left_out(client, section):
    recommend(section, BookFactory(title="Withdrawn")).unpublish()
    recommend(section, BookFactory(title="Hidden"), listed=False)
    BookFactory(title="Lonely")
    page = shown(client)
    for title in ("Withdrawn", "Hidden", "Lonely"):
        assert title not in page
    assert "No post recommends a book yet." in page


def test_a_book_in_reusable_content_is_recommended_where_that_is_used(client, section):
    book = BookFactory(title="Corridors")
    content = ReusableContentFactory(body=[("book", {"book": book, "note": ""})])
    assert "Corridors" not in shown(client)
    PostFactory(parent=section, title="A letter", body=[("reusable", {"content": content})])
    page = shown(client)
    assert "Corridors" in page
    assert "A letter" in page


def test_it_owes_the_disclaimers_of_its_links(client, section):
    DisclaimerFactory(name="Shops", rule="affiliate", text="<p>We earn.</p>")
    DisclaimerFactory(name="Posts", rule="always", text="<p>Of posts alone.</p>")
    recommend(section, BookFactory(affiliate=False))
    assert "We earn." not in shown(client)
    paid = BookFactory(affiliate=True)
    AffiliateProgram.objects.update(text="<p>As a partner we are paid.</p>")
    recommend(section, paid)
    page = shown(client)
    assert page.count("We earn.") == 1
    assert page.count("As a partner we are paid.") == 1
    assert page.count("affiliate link") == 1
    assert "Of posts alone." not in page


def test_it_takes_the_same_queries_however_many_books_there_are(client, section):
    def more(count: int) -> None:
        for _ in range(count):
            recommend(section, BookFactory(affiliate=True, links=2, cover=ImageFactory()))

    more(2)
    few = queries(client, BOOKS)
    more(5)
    assert queries(client, BOOKS) == few
    assert few <= 16


def test_many_books_come_in_pages(client, section):
    for number in range(12):
        recommend(section, BookFactory(title=f"Volume {number:02}"))
    assert "Volume 10" not in shown(client)
    assert "Volume 10" in shown(client, page=2)


class TestAffiliateProgram:
    def program(self, **fields) -> AffiliateProgram:
        return AffiliateProgram(
            **{"name": "Corner", "parameter": "tag", "value": "quiet-21"} | fields
        )

    @pytest.mark.parametrize(
        ("address", "tagged"),
        [
            ("https://shop.example/b", "https://shop.example/b?tag=quiet-21"),
            ("https://shop.example/b?x=1#top", "https://shop.example/b?x=1&tag=quiet-21#top"),
            ("https://shop.example/b?tag=other&x=", "https://shop.example/b?x=&tag=quiet-21"),
        ],
    )
    def test_it_adds_its_parameter_once(self, address, tagged):
        assert RetailerLink(url=address, program=self.program()).href == tagged

    def test_without_a_parameter_addresses_stay_as_they_are(self):
        program = self.program(parameter="", value="")
        assert RetailerLink(url="https://a.example/?B=%20", program=program).href.endswith("B=%20")

    @pytest.mark.parametrize(
        "fields", [{"value": ""}, {"parameter": ""}, {"parameter": "a&b"}, {"value": "x y"}]
    )
    def test_half_a_parameter_and_what_breaks_an_address_are_refused(self, fields):
        with pytest.raises(ValidationError):
            self.program(**fields).full_clean()

    def test_a_link_leads_readers_there_with_the_parameter_on_every_channel(self, client, section):
        book = BookFactory(links=0)
        program = self.program()
        program.save()
        book.links.add(RetailerLink(name="Corner", url="https://shop.example/b", program=program))
        book.save()
        post = recommend(section, book)
        mails = [post.serve_preview(None, mode).content.decode() for mode in ("email", "text")]
        for page in (client.get(post.url).content.decode(), *mails):
            assert "https://shop.example/b?tag=quiet-21" in page

    def test_its_disclosure_stands_once_at_the_end_of_a_post_on_every_channel(
        self, client, section
    ):
        program = self.program(text="<p>As a partner we are paid.</p>")
        program.save()
        books = [BookFactory(links=0), BookFactory(links=0)]
        for book in books:
            book.links.add(
                RetailerLink(name="A", url="https://shop.example/a", program=program),
                RetailerLink(name="B", url="https://shop.example/b", program=program),
            )
            book.save()
        body = [("book", {"book": book, "note": ""}) for book in books]
        post = PostFactory(parent=section, body=body)
        mails = [post.serve_preview(None, mode).content.decode() for mode in ("email", "text")]
        for page in (client.get(post.url).content.decode(), *mails):
            assert page.count("As a partner we are paid.") == 1
