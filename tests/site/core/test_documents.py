"""Documents are handed out by a view: to those who may see them, whole or in part."""

import re
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.http import http_date
from wagtail.documents import get_document_model
from wagtail.models import Collection, CollectionViewRestriction

from config.checks import check_uploads_are_private
from core.storage import PrivateFileStorage
from tests.factories import ImageFactory

pytestmark = pytest.mark.django_db
CONTENT = bytes(range(100))


def add(name: str = "talk.mp3", content: bytes = CONTENT, **fields):
    document = get_document_model()(title="A talk", file=ContentFile(content, name), **fields)
    document._set_document_file_metadata()
    document.save()
    return document


@pytest.fixture
def document():
    return add()


@pytest.fixture
def private(db):
    collection = Collection.get_first_root_node().add_child(name="Private")
    CollectionViewRestriction.objects.create(collection=collection, restriction_type="login")
    return collection


def content_of(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-1", 0, 2),
        ("bytes=98-", 98, 100),
        ("bytes=-5", 95, 100),
        ("bytes=-500", 0, 100),
        ("bytes=50-5000", 50, 100),
        ("bytes=0-" + "9" * 5000, 0, 100),
        ("BYTES=99-99", 99, 100),
        ("bytes= ,0-0 , ", 0, 1),
    ],
)
def test_a_part_is_sent(client, document, asked, start, end):
    answer = client.get(document.url, headers={"range": asked})
    assert answer.status_code == 206
    assert answer["Content-Range"] == f"bytes {start}-{end - 1}/100"
    assert answer["Content-Length"] == str(end - start)
    assert content_of(answer) == CONTENT[start:end]


@pytest.mark.parametrize(
    "asked", ["bytes=100-", "bytes=-0", "bytes=100-200", "bytes=" + "9" * 5000 + "-"]
)
def test_a_part_behind_the_end_is_refused(client, document, asked):
    answer = client.get(document.url, headers={"range": asked})
    assert answer.status_code == 416
    assert answer["Content-Range"] == "bytes */100"


@pytest.mark.parametrize(
    "asked",
    [
        *("", "bytes", "bytes=", "bytes=-", "bytes=2-1", "bytes=a-b", "bytes=1", "lines=0-1"),
        *("bytes=0-1,4-5", "bytes=--1", "bytes=٣-٤", "bytes=0x1-2", "bytes=1-2;"),
    ],
)
def test_the_whole_is_sent_where_a_range_is_malformed_or_not_one(client, document, asked):
    answer = client.get(document.url, headers={"range": asked})
    assert answer.status_code == 200
    assert "Content-Range" not in answer
    assert content_of(answer) == CONTENT


def test_an_empty_file_has_no_parts(client):
    document = add(content=b"")
    assert client.get(document.url, headers={"range": "bytes=0-"}).status_code == 416
    answer = client.get(document.url, headers={"range": "bytes=-1"})
    assert (answer.status_code, content_of(answer)) == (200, b"")


def test_head_tells_the_same_without_the_file(client, document):
    answer = client.head(document.url, headers={"range": "bytes=0-1"})
    assert answer.status_code == 200
    assert answer["Content-Length"] == "100"
    assert answer["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_other_methods_are_refused(client, document, method):
    assert getattr(client, method)(document.url).status_code == 405


def test_a_part_of_another_version_is_not_sent(client, document):
    whole = client.get(document.url)
    known = {
        whole["ETag"]: 206,
        whole["Last-Modified"]: 206,
        f"W/{whole['ETag']}": 200,
        '"other"': 200,
        http_date(0): 200,
        "nonsense": 200,
    }
    for condition, status in known.items():
        headers = {"range": "bytes=0-1", "if-range": condition}
        assert client.get(document.url, headers=headers).status_code == status, condition


def test_who_has_it_is_not_sent_it_again(client, document):
    etag = client.get(document.url)["ETag"]
    for range_ in ("", "bytes=0-1", "bytes=500-"):
        headers = {"if-none-match": etag, "range": range_}
        answer = client.get(document.url, headers=headers)
        assert (answer.status_code, answer["ETag"]) == (304, etag)
    assert client.get(document.url, headers={"if-match": '"other"'}).status_code == 412


def test_parts_are_not_compressed(client):
    document = add("notes.csv", b"word," * 1000)
    headers = {"accept-encoding": "gzip", "range": "bytes=0-999"}
    for asked, length in ((headers, 1000), ({"accept-encoding": "gzip"}, 5000)):
        answer = client.get(document.url, headers=asked)
        assert "Content-Encoding" not in answer
        assert len(content_of(answer)) == length == int(answer["Content-Length"])


@pytest.mark.parametrize(
    ("name", "kind", "disposition"),
    [
        ("a.pdf", "application/pdf", 'inline; filename="a.pdf"'),
        ("a.html", "text/html", 'attachment; filename="a.html"'),
        ("a.svg", "image/svg+xml", 'attachment; filename="a.svg"'),
        ("a.m4a", "audio/mp4", 'attachment; filename="a.m4a"'),
        ("a.opus", "audio/ogg", 'attachment; filename="a.opus"'),
        ("a.unknown", "application/octet-stream", 'attachment; filename="a.unknown"'),
    ],
)
def test_browsers_are_told_what_it_is_and_show_nothing_that_could_run(
    client, name, kind, disposition
):
    answer = client.get(add(name, b"<script>").url)
    assert (answer["Content-Type"], answer["Content-Disposition"]) == (kind, disposition)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_name_in_any_letters_is_kept(client):
    answer = client.get(add("Lärm – 音.mp3").url)
    assert "filename*=utf-8''" in answer["Content-Disposition"]


def test_everyone_may_keep_a_public_document_and_nobody_a_private_one(
    client, admin_client, settings, document, private
):
    assert client.get(document.url)["Cache-Control"] == "public, no-cache"
    settings.PAGE_CACHE_SHARED_SECONDS = 60
    assert client.get(document.url)["Cache-Control"] == "public, max-age=0, s-maxage=60"
    answer = admin_client.get(add(collection=private).url)
    assert content_of(answer) == CONTENT
    assert answer["Cache-Control"] == "private, no-store"


def test_a_private_document_is_for_those_who_may_see_it(client, private):
    document = add(collection=private)
    for headers in ({}, {"range": "bytes=0-1"}, {"if-none-match": f'"{document.file_hash}"'}):
        answer = client.get(document.url, headers=headers)
        assert answer.status_code == 302
        assert "no-store" in answer["Cache-Control"]
    for path in (f"/media/{document.file.name}", f"/static/{document.file.name}"):
        assert client.get(path).status_code == 404


def test_there_is_no_other_way_to_a_file(document):
    image = ImageFactory()
    for file in (document.file, image.file):
        with pytest.raises(NotImplementedError):
            _ = file.url
    rendition = image.get_rendition("width-10")
    assert re.fullmatch(r"/media/images/[0-9a-f]{20}/[^/]+", rendition.url)
    assert not default_storage.exists(rendition.file.name)


@pytest.mark.parametrize("path", ["1/other.mp3", "999999999999999999999/talk.mp3", "0/", "1/../x"])
def test_what_is_not_there_is_not_found(client, document, path):
    assert client.get(f"/documents/{path}").status_code == 404


def test_a_document_whose_file_is_gone_is_not_found(client, document):
    default_storage.delete(document.file.name)
    assert client.get(document.url).status_code == 404


@pytest.fixture
def on_disk(tmp_path, monkeypatch):
    """Documents in a folder, as on a site of one machine."""
    storage = PrivateFileStorage(tmp_path)
    field = get_document_model()._meta.get_field("file")
    monkeypatch.setattr(field, "storage", storage)
    return Path(tmp_path)


def test_a_file_on_disk_is_sent_in_part(client, on_disk):
    document = add("Lärm 1.mp3")
    answer = client.get(document.url, headers={"range": "bytes=10-19"})
    assert content_of(answer) == CONTENT[10:20]
    assert content_of(client.get(document.url)) == CONTENT


def test_a_web_server_is_told_which_file_to_send(client, settings, on_disk, private):
    document = add("Lärm 1.mp3")
    settings.SENDFILE = "x-accel-redirect"
    answer = client.get(document.url, headers={"range": "bytes=0-1"})
    assert answer["X-Accel-Redirect"] == "/_private/documents/L%C3%A4rm_1.mp3"
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["Content-Type"] == "audio/mpeg"
    settings.SENDFILE = "x-sendfile"
    answer = client.get(document.url)
    assert answer["X-Sendfile"] == str(on_disk / "documents" / "Lärm_1.mp3")
    hidden = client.get(add(collection=private).url)
    assert (hidden.status_code, "X-Sendfile" in hidden) == (302, False)


def test_editors_see_documents_and_images_without_an_address(admin_client, document):
    image = ImageFactory()
    for path in (f"documents/edit/{document.pk}/", f"images/{image.pk}/", "documents/", "images/"):
        assert admin_client.get(f"/admin/{path}").status_code == 200


def test_files_that_an_older_release_left_in_public_are_warned_of(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    assert check_uploads_are_private() == []
    (tmp_path / "documents").mkdir()
    (warning,) = check_uploads_are_private()
    assert "documents" in warning.msg
