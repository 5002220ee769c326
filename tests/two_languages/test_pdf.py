"""The PDF of a translated post is in its language, whoever makes it."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.utils import translation
from pypdf import PdfReader

from blog import paper, pdf
from blog.models import PostPDF
from blog.tasks import make_pdfs
from tests.factories import DisclaimerFactory, PostFactory
from tests.services import missing

pytestmark = pytest.mark.django_db
ADDRESSES = {
    "en-gb": "/journal/the-long-night/post.pdf",
    "de": "/de/tagebuch/die-lange-nacht/post.pdf",
}


@pytest.fixture(autouse=True)
def can_print():
    if wanting := pdf.missing_libraries():
        missing(", ".join(wanting))


def read(client, language: str) -> tuple[PdfReader, str]:
    answer = client.get(ADDRESSES[language])
    assert answer.status_code == 200
    file = PdfReader(BytesIO(b"".join(answer.streaming_content)))
    text = " ".join(page.extract_text().replace("\0", "") for page in file.pages)
    return file, " ".join(text.split())


def test_each_is_in_its_language_and_says_so(client, post, translated):
    translated.first_published_at = datetime(2026, 3, 4, 12, tzinfo=UTC)
    translated.save()
    for language, address in ADDRESSES.items():
        waiting = client.get(address)
        assert waiting.status_code == 202
        assert f'<html lang="{language}">' in waiting.text
    make_pdfs()
    assert PostPDF.objects.exclude(file="").count() == 2

    file, text = read(client, "de")
    assert file.trailer["/Root"]["/Lang"] == "de"
    assert file.metadata.title == "Die lange Nacht"
    assert "Es beginnt." in text and "It begins." not in text
    assert "4. März 2026" in text and "aktualisiert" in text
    assert "http://localhost/de/tagebuch/die-lange-nacht/" in text

    file, text = read(client, "en-gb")
    assert file.trailer["/Root"]["/Lang"] == "en-gb"
    assert file.metadata.title == "The long night"
    assert "It begins." in text and "Es beginnt." not in text
    assert "http://localhost/journal/the-long-night/" in text


def test_it_is_the_same_whatever_language_is_spoken_where_it_is_made(translated):
    DisclaimerFactory(rule="always")
    documents = set()
    for language in ("en-gb", "de", None):
        with translation.override(language):
            documents.add(paper.html_of(type(translated).objects.get(pk=translated.pk)))
    [document] = documents
    assert '<html lang="de">' in document


def test_there_is_none_at_an_address_of_the_other_language(client, section, translated):
    PostFactory(parent=section, slug="english-only")
    for address in (
        "/tagebuch/die-lange-nacht/post.pdf",
        "/de/journal/the-long-night/post.pdf",
        "/de/tagebuch/english-only/post.pdf",
    ):
        assert client.get(address).status_code == 404


def test_a_change_in_one_language_leaves_the_file_of_the_other(client, post, translated):
    for address in ADDRESSES.values():
        client.get(address)
    make_pdfs()
    translated.title = "Die kurze Nacht"
    translated.save_revision().publish()
    assert client.get(ADDRESSES["en-gb"]).status_code == 200
    assert client.get(ADDRESSES["de"]).status_code == 202
    make_pdfs()
    assert "Die kurze Nacht" in read(client, "de")[1]
    assert "The long night" in read(client, "en-gb")[1]
