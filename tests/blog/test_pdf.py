"""Posts as PDF: what is in them, who gets them, and when they are made."""

from datetime import timedelta
from io import BytesIO
from threading import Event, Thread

import pytest
import time_machine
from django.core.checks import run_checks
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone
from lxml import html
from pypdf import PdfReader
from wagtail.models import PageViewRestriction, Site
from wagtail.rich_text import RichText

from blog import paper, pdf, printing
from blog.models import Disclaimer, PostPage, PostPDF
from blog.tasks import make_pdfs, tidy_pdfs
from core.models import SiteSettings
from core.storage import public_storage
from tests.factories import (
    AuthorFactory,
    BookFactory,
    DisclaimerFactory,
    ImageFactory,
    PostFactory,
    ReusableContentFactory,
)
from tests.services import missing

pytestmark = pytest.mark.django_db


@pytest.fixture
def can_print():
    """What PDFs are made with."""
    if wanting := pdf.missing_libraries():
        missing(", ".join(wanting))


@pytest.fixture
def libraries(monkeypatch):
    """Say that PDFs can be made, or not, whatever the machine has."""

    def say(*wanting: str) -> None:
        monkeypatch.setattr("blog.pdf_views.missing_libraries", lambda: list(wanting))
        monkeypatch.setattr("blog.templatetags.pdf.missing_libraries", lambda: list(wanting))
        monkeypatch.setattr(pdf, "missing_libraries", lambda: list(wanting))

    say()
    return say


@pytest.fixture
def press(monkeypatch, libraries):
    """Stand in for WeasyPrint: keeps the documents that it was given."""
    documents: list[str] = []

    def as_pdf(document: str) -> bytes:
        documents.append(document)
        if "unprintable" in document:
            raise OSError("No font")
        return b"%PDF- " + document.encode()

    monkeypatch.setattr("blog.printing.as_pdf", as_pdf)
    return documents


def fetch(client, post):
    return client.get(f"{post.url}post.pdf")


def read(content: bytes) -> PdfReader:
    return PdfReader(BytesIO(content))


def fonts_on(page) -> list:
    return [font.get_object() for font in page["/Resources"]["/Font"].values()]


def table(rows: int, words: int = 1) -> tuple[str, dict]:
    cell = " ".join(f"word{number}" for number in range(words))
    return "table", {"data": [["a", cell, "c"]] * rows}


def make_and_close() -> None:
    try:
        make_pdfs()
    finally:
        connection.close()


def content(answer) -> str:
    return b"".join(answer.streaming_content).decode()


class TestMaking:
    def test_a_reader_waits_until_the_worker_has_made_it(
        self, client, section, press, django_capture_on_commit_callbacks
    ):
        post = PostFactory(parent=section, title="Rain & tea", slug="rain")
        client.get(post.url)
        with django_capture_on_commit_callbacks() as told:
            waiting = fetch(client, post)
        assert (waiting.status_code, waiting["Retry-After"], len(told)) == (202, "4", 1)
        assert '<meta http-equiv="refresh" content="4">' in waiting.text
        assert "no-store" in waiting["Cache-Control"]
        assert not waiting.cookies
        make_pdfs()
        answer = fetch(client, post)
        assert answer.status_code == 200
        assert answer["Content-Type"] == "application/pdf"
        assert 'filename="rain.pdf"' in answer["Content-Disposition"]
        assert answer["Link"] == f'<{post.full_url}>; rel="canonical"'
        assert "Rain &amp; tea" in content(answer)
        assert fetch(client, post).status_code == 200
        assert len(press) == 1

    def test_who_asks_again_soon_tells_no_worker_and_late_does(
        self, client, section, press, django_capture_on_commit_callbacks
    ):
        post = PostFactory(parent=section)
        client.get(post.url)
        told = []
        for seconds in (0, 4, 8, 65):
            at = timezone.now() + timedelta(seconds=seconds)
            with time_machine.travel(at), django_capture_on_commit_callbacks() as callbacks:
                assert fetch(client, post).status_code == 202
            told.append(len(callbacks))
        assert told == [1, 0, 0, 1]

    def test_one_that_cannot_be_made_says_so_and_is_tried_again_an_hour_later(
        self, client, section, press
    ):
        post = PostFactory(parent=section, title="unprintable")
        fetch(client, post)
        make_pdfs()
        make_pdfs()
        assert len(press) == 1
        answer = fetch(client, post)
        assert (answer.status_code, answer["Retry-After"]) == (503, "3600")
        assert "refresh" not in answer.text
        assert "No font" in PostPDF.objects.get().detail
        with time_machine.travel(timezone.now() + timedelta(minutes=61)):
            make_pdfs()
        assert len(press) == 2

    def test_one_that_a_dead_worker_had_begun_is_made_by_another(self, client, section, press):
        post = PostFactory(parent=section)
        fetch(client, post)
        PostPDF.objects.update(started_at=timezone.now())
        make_pdfs()
        assert press == []
        with time_machine.travel(timezone.now() + timedelta(minutes=2)):
            make_pdfs()
        assert len(press) == 1

    def test_it_takes_the_same_queries_however_much_is_in_a_post(
        self, section, press, django_assert_max_num_queries
    ):
        body = [("book", {"book": BookFactory(cover=ImageFactory()), "note": ""}) for _ in range(9)]
        post = PostFactory(parent=section, body=body)
        paper.html_of(PostPage.objects.get(pk=post.pk))
        with django_assert_max_num_queries(30):
            paper.html_of(PostPage.objects.get(pk=post.pk))


class TestStale:
    @pytest.fixture
    def post(self, client, section, press):
        kept = ReusableContentFactory(body=[("paragraph", RichText("<p>Kept words.</p>"))])
        post = PostFactory(
            parent=section,
            authors=[AuthorFactory(name="Ana Reis")],
            body=[("reusable", {"content": kept})],
        )
        DisclaimerFactory(name="Advice", rule="always", text="<p>First text.</p>")
        fetch(client, post)
        make_pdfs()
        assert fetch(client, post).status_code == 200
        return post

    def change(self, post: PostPage, what: str) -> None:
        match what:
            case "post":
                post.body = [("heading", "Changed words")]
                post.save_revision().publish()
            case "disclaimer":
                Disclaimer.objects.update(text="<p>Changed words</p>")
            case "author":
                author = post.authors[0]
                author.name = "Changed words"
                author.save()
            case "reusable":
                content = post.body[0].value["content"]
                content.body = [("heading", "Changed words")]
                content.save()
            case "settings":
                brand = SiteSettings.for_site(Site.objects.get())
                brand.name = "Changed words"
                brand.save()

    @pytest.mark.parametrize("what", ["post", "disclaimer", "author", "reusable", "settings"])
    def test_what_has_changed_in_any_part_is_never_shown_as_it_was(self, client, post, what):
        old = PostPDF.objects.get()
        self.change(post, what)
        assert fetch(client, post).status_code == 202
        make_pdfs()
        assert "Changed words" in content(fetch(client, post))
        assert PostPDF.objects.get().pk != old.pk

    def test_old_files_are_deleted(self, client, post, django_capture_on_commit_callbacks):
        old = PostPDF.objects.get().file.name
        self.change(post, "post")
        fetch(client, post)
        with django_capture_on_commit_callbacks(execute=True):
            make_pdfs()
        assert not default_storage.exists(old)
        new = PostPDF.objects.get().file.name
        PostPage.objects.get().unpublish()
        with django_capture_on_commit_callbacks(execute=True):
            tidy_pdfs()
        assert not PostPDF.objects.exists()
        assert not default_storage.exists(new)

    def test_one_asked_for_before_a_change_is_not_made_after_it(self, client, post, press):
        self.change(post, "disclaimer")
        fetch(client, post)
        Disclaimer.objects.update(text="<p>Once more</p>")
        before = len(press)
        make_pdfs()
        assert len(press) == before


class TestLimits:
    def test_long_cells_and_words_are_laid_out_in_time(self, section, can_print, settings):
        settings.PDF_SECONDS = 10
        body = [
            table(2, words=1200),
            ("paragraph", RichText(f"<p>{'x' * 2000}</p>")),
            ("table", {"data": [["y" * 500, "z" * 500], ["1", "2"]]}),
            ("code", {"language": "", "code": "print(1)\n" * 1000}),
        ]
        post = PostFactory(parent=section, body=body)
        assert len(read(printing.as_pdf(paper.html_of(post))).pages) > 5

    def test_pdf_that_takes_too_long_is_given_up_and_not_offered(
        self, client, admin_client, section, can_print, settings
    ):
        settings.PDF_SECONDS = 1
        post = PostFactory(parent=section, body=[table(600)])
        link = f'href="{post.url}post.pdf"'
        assert link in client.get(post.url).text
        assert fetch(client, post).status_code == 202
        make_pdfs()
        assert PostPDF.objects.get().problem == PostPDF.Problem.TIME
        assert link not in client.get(post.url).text
        answer = fetch(client, post)
        assert answer.status_code == 404
        assert "This PDF could not be made" in answer.text
        editor = admin_client.get(f"/admin/pages/{post.pk}/edit/").text
        assert "Readers cannot download the published post as PDF: the post is too long" in editor
        with time_machine.travel(timezone.now() + timedelta(days=2)):
            assert not PostPDF.objects.waiting(timezone.now())
            tidy_pdfs()
        assert PostPDF.objects.exists()

        post.body = [table(1)]
        post.save_revision().publish()
        assert link in client.get(post.url).text
        settings.PDF_SECONDS = 30
        fetch(client, post)
        make_pdfs()
        assert fetch(client, post).status_code == 200

    def test_document_nested_too_deeply_is_given_up(self, can_print):
        with pytest.raises(printing.TakesTooMuchMemory):
            printing.as_pdf("<ul><li>x" * 400)

    def test_error_of_the_process_is_raised(self, can_print, monkeypatch):
        monkeypatch.setattr(printing, "PROGRAM", "/nowhere.py")
        with pytest.raises(printing.PrintingError, match="nowhere"):
            printing.as_pdf("<p>x")

    def test_outdated_failures_are_deleted_at_night(self, client, section, press):
        author = AuthorFactory(name="unprintable")
        posts = [PostFactory(parent=section, authors=[author]) for _ in range(2)]
        for post, problem in zip(posts, (PostPDF.Problem.TIME, PostPDF.Problem.ERROR), strict=True):
            fetch(client, post)
            PostPDF.objects.filter(post=post).update(problem=problem)
        tidy_pdfs()
        assert PostPDF.objects.get().post == posts[0]
        author.name = "Ana"
        author.save()
        tidy_pdfs()
        assert not PostPDF.objects.exists()

    @pytest.mark.django_db(transaction=True)
    def test_other_pdfs_are_made_while_one_is_slow(self, client, section, libraries, monkeypatch):
        begun, go_on = Event(), Event()

        def as_pdf(document: str) -> bytes:
            if "A slow one" in document:
                begun.set()
                assert go_on.wait(20)
            return b"%PDF-"

        monkeypatch.setattr("blog.printing.as_pdf", as_pdf)
        monkeypatch.setattr(make_pdfs, "delay", lambda: None)
        slow, quick = (PostFactory(parent=section, title=it) for it in ("A slow one", "Quick"))
        for post in (slow, quick):
            fetch(client, post)
        thread = Thread(target=make_and_close)
        thread.start()
        assert begun.wait(20)
        make_pdfs()
        assert fetch(client, quick).status_code == 200
        go_on.set()
        thread.join()
        assert fetch(client, slow).status_code == 200


class TestWhoGetsIt:
    @pytest.mark.parametrize("state", ["draft", "private", "private section", "gone"])
    def test_what_not_everyone_may_read_is_not_printed(self, client, section, press, state):
        post = PostFactory(parent=section)
        address = post.url
        fetch(client, post)
        make_pdfs()
        match state:
            case "draft":
                post.unpublish()
            case "private":
                PageViewRestriction.objects.create(page=post, restriction_type="login")
            case "private section":
                PageViewRestriction.objects.create(page=section, restriction_type="login")
            case "gone":
                post.delete()
        assert client.get(f"{address}post.pdf").status_code == 404

    def test_one_made_private_while_it_waits_is_not_made(self, client, section, press):
        post = PostFactory(parent=section)
        fetch(client, post)
        PageViewRestriction.objects.create(page=post, restriction_type="login")
        make_pdfs()
        assert press == []
        assert not PostPDF.objects.exists()

    def test_a_draft_of_a_change_is_not_printed(self, client, section, press):
        post = PostFactory(parent=section, title="As it is")
        post.title = "As it may be"
        post.save_revision()
        fetch(client, post)
        make_pdfs()
        assert "As it may be" not in content(fetch(client, post))

    def test_page_links_to_its_pdf_if_available(self, client, section, libraries):
        post = PostFactory(parent=section)
        link = f'href="{post.url}post.pdf"'
        assert link in client.get(post.url).text
        libraries("Pango")
        assert link not in client.get(post.url).text
        assert fetch(client, post).status_code == 404
        assert "gazette.W012" in {it.id for it in run_checks(include_deployment_checks=True)}
        libraries()
        assert "gazette.W012" not in {it.id for it in run_checks(include_deployment_checks=True)}

    def test_the_address_of_a_file_cannot_be_guessed(self, client, section, press, settings):
        post = PostFactory(parent=section)
        fetch(client, post)
        key = PostPDF.objects.get().key
        settings.SECRET_KEY = "another"
        fetch(client, post)
        assert PostPDF.objects.exclude(key=key).exists()


class TestPaper:
    def test_a_real_one_has_what_the_page_says_and_is_laid_out_for_paper(
        self, client, section, can_print
    ):
        picture = ImageFactory(credit="Ada Lund", licence="by/4.0")
        disclaimers = [
            DisclaimerFactory(rule="affiliate", place="beside", text="<p>We may earn.</p>"),
            DisclaimerFactory(rule="guest", place="top", text="<p>By a guest.</p>"),
            DisclaimerFactory(rule="always", place="end", text="<p>No advice.</p>"),
        ]
        words = "<p>" + "Rain fällt, falls on the tent. " * 60 + "</p>"
        link = '<p>See <a href="https://example.org/one?a=1&amp;b=2">there</a>.</p>'
        post = PostFactory(
            parent=section,
            title="Ten minutes of rain",
            authors=[AuthorFactory(name="Ana Reis", guest=True)],
            lead_image=picture,
            lead_image_alt="A tent",
            body=[
                ("paragraph", RichText(words * 8 + link)),
                ("image", {"image": picture, "alt_text": "Rain", "caption": RichText("Wet")}),
                ("book", {"book": BookFactory(affiliate=True, title="Wet", links=2), "note": ""}),
                ("paragraph", RichText(link + '<p><a href="#on-x">Here</a> مرحبا 夜 😀</p>')),
                ("embed", {"url": "https://video.example.org/1", "title": "The film"}),
            ],
        )
        fetch(client, post)
        make_pdfs()
        file = PdfReader(BytesIO(b"".join(fetch(client, post).streaming_content)))
        texts = [page.extract_text().replace("\0", "") for page in file.pages]
        pages = [" ".join(text.split()) for text in texts]
        text = " ".join(pages)
        assert len(pages) > 1
        for number, page in enumerate(pages, 1):
            assert f"{number} / {len(pages)}" in page
            assert "Gazette" in page
        assert all("Ten minutes of rain" in page for page in pages)
        assert text.count("Ada Lund, CC BY 4.0") == 2
        assert text.count("affiliate link") == 2
        for disclaimer in disclaimers:
            assert text.count(disclaimer.text.strip("</p>")) == 1
        assert text.count("https://example.org/one?a=1&b=2") == 1
        assert "https://creativecommons.org/licenses/by/4.0/" in text
        assert "https://video.example.org/1" in text
        assert post.full_url in text
        assert file.metadata.title == post.title
        assert file.metadata.author == "Ana Reis"
        assert "/MarkInfo" in file.trailer["/Root"]
        assert any(page.images for page in file.pages)
        fonts = {
            font["/BaseFont"].partition("+")[2] for page in file.pages for font in fonts_on(page)
        }
        assert {"Newsreader", "Newsreader-Semi-Bold", "Newsreader-Accented", "Figtree"} <= fonts

    def test_nothing_is_asked_of_the_network_or_of_other_files(self, can_print, tmp_path):
        picture = ImageFactory().file.read()
        public_storage().save("pixel.png", ContentFile(picture))
        default_storage.save("private.png", ContentFile(picture))
        (tmp_path / "secret.png").write_bytes(picture)
        addresses = (
            "http://127.0.0.1:1/",
            "https://example.org/a.png",
            (tmp_path / "secret.png").as_uri(),
            "http://localhost.example.org/media/pixel.png",
            "http://localhost/media/../../etc/passwd",
            "http://localhost/media/%2e%2e/%2e%2e/etc/passwd",
            "/media/nothing.png",
            "/media/private.png",
        )
        images = "".join(f'<img src="{address}" alt="x">' for address in addresses)
        style = f'<style>p {{ background: url("{tmp_path}/secret.png") }}</style>'
        file = read(printing.as_pdf(f"{style}<p>Nothing</p>{images}"))
        assert not file.pages[0].images
        assert read(printing.as_pdf('<img src="/media/pixel.png" alt="x">')).pages[0].images

    @pytest.mark.parametrize(
        ("text", "direction"),
        [
            ("مرحبا world", "rtl"),
            ("123 – שלום", "rtl"),
            ("Hello שלום", "ltr"),
            ("⁧שלום⁩ and", "ltr"),
            ("123", None),
        ],
    )
    def test_each_text_has_its_own_direction(self, section, text, direction):
        rich = RichText(f"<p>{text}</p><ul><li>{text}</li></ul><h3>{text}</h3>")
        cells = {"data": [["a", text]]}
        post = PostFactory(parent=section, title=text, body=[("paragraph", rich), ("table", cells)])
        document = html.document_fromstring(paper.html_of(post))
        for tag in ("h1", "p", "ul", "li", "h3", "td"):
            [element] = document.xpath(f"//article//{tag}[normalize-space() = '{text}']")
            expected = direction or ("ltr" if tag == "h1" else None)
            assert element.get("dir") == expected, tag
        assert "auto" not in document.xpath("//@dir")

    def test_forms_players_and_scripts_are_left_out_and_pictures_are_large(
        self, section, newsletter
    ):
        post = PostFactory(
            parent=section,
            lead_image=ImageFactory(file__width=2000, file__height=1000),
            lead_image_alt="Wide",
            body=[("signup", {"newsletter": newsletter}), ("heading", "<script>x</script>")],
        )
        document = paper.html_of(post)
        assert document == paper.html_of(PostPage.objects.get(pk=post.pk))
        for part in ("<form", "<script", "<audio", "srcset", "loading="):
            assert part not in document
        assert "width-1320" in document
        assert "&lt;script&gt;x" in document
