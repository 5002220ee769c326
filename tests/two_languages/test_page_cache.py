"""Pages are kept for each language, and no reader gets one in another."""

import re

import pytest
from django.core.cache import caches

from tests.factories import AuthorFactory, PostFactory

pytestmark = pytest.mark.django_db
PAIRS = [
    ("/journal/the-long-night/", "/de/tagebuch/die-lange-nacht/"),
    ("/journal/the-long-night/index.md", "/de/tagebuch/die-lange-nacht/index.md"),
    ("/journal/", "/de/tagebuch/"),
    ("/journal/feed.rss", "/de/tagebuch/feed.rss"),
    ("/feed.json", "/de/feed.json"),
    ("/", "/de/"),
    ("/topics/sleep/", "/de/topics/sleep/"),
    ("/authors/ana-reis/", "/de/authors/ana-reis/"),
    ("/books/", "/de/books/"),
    ("/search/", "/de/search/"),
]


@pytest.fixture(autouse=True)
def pages(settings, tmp_path):
    """A cache of pages in files."""
    backend = "django.core.cache.backends.filebased.FileBasedCache"
    kept = {"BACKEND": backend, "LOCATION": tmp_path}
    settings.CACHES = settings.CACHES | {"pages": kept}
    return caches["pages"]


def read(client, url: str, **headers: str) -> tuple[bytes, bool]:
    answer = client.get(url, headers=headers)
    assert answer.status_code == 200, url
    return answer.content, "hit" in answer.get("Cache-Status", "")


@pytest.mark.parametrize("urls", PAIRS)
@pytest.mark.parametrize("is_german_first", [False, True])
def test_each_language_has_its_own(client, translated, urls, is_german_first):
    first = {url: read(client, url) for url in (urls[::-1] if is_german_first else urls)}
    again = {url: read(client, url) for url in urls}
    assert first[urls[0]][0] != first[urls[1]][0]
    for url in urls:
        assert not first[url][1]
        assert again[url] == (first[url][0], True)
    languages = [re.findall(rb'<html lang="([^"]+)"', first[url][0]) for url in urls]
    assert languages in ([[], []], [[b"en-gb"], [b"de"]])


def test_what_a_browser_prefers_and_remembers_changes_nothing(client, translated):
    english, _kept = read(client, "/topics/sleep/")
    german, _kept = read(client, "/de/topics/sleep/")
    client.cookies["django_language"] = "de"
    assert read(client, "/topics/sleep/", **{"accept-language": "de"}) == (english, True)
    client.cookies["django_language"] = "en-gb"
    assert read(client, "/de/topics/sleep/", **{"accept-language": "en"}) == (german, True)


@pytest.mark.parametrize("changed", ["en-gb", "de", "both"])
def test_a_change_in_one_language_is_seen_in_both(
    client, post, translated, changed, django_capture_on_commit_callbacks
):
    """What is shown in one names the other: whether there is a version, and where."""
    for pair in PAIRS:
        for url in pair:
            read(client, url)
    with django_capture_on_commit_callbacks(execute=True):
        if changed == "both":
            author = post.authors[0]
            author.name = "Ana Lund"
            author.save()
        else:
            page = post if changed == "en-gb" else translated
            page.title = "Anew"
            page.save_revision().publish()
    for pair in PAIRS:
        for url in pair:
            assert not read(client, url)[1], url
    shown = [b"Anew" in read(client, url)[0] for url in PAIRS[0]]
    named = [b"Ana Lund" in read(client, url)[0] for url in PAIRS[0]]
    assert (shown, named) == {
        "en-gb": ([True, False], [False, False]),
        "de": ([False, True], [False, False]),
        "both": ([False, False], [True, True]),
    }[changed]


def test_when_a_translation_goes_the_way_to_it_goes(
    client, translated, django_capture_on_commit_callbacks
):
    english, german = PAIRS[0]
    assert b'hreflang="de"' in read(client, english)[0].partition(b"<body")[0]
    read(client, german)
    with django_capture_on_commit_callbacks(execute=True):
        translated.unpublish()
    content, is_kept = read(client, english)
    assert not is_kept
    assert b'hreflang="de"' not in content.partition(b"<body")[0]
    assert client.get(german).status_code == 404


def test_numbers_that_there_are_not_are_those_of_the_language(client, section, topic, translated):
    for _ in range(11):
        PostFactory(parent=section, topics=[topic], authors=[AuthorFactory()])
    english, german = "/topics/sleep/", "/de/topics/sleep/"
    for url in (english, german):  # The first such request tells which numbers exist.
        read(client, f"{url}?page=8")
    last, first = read(client, f"{english}?page=9")[0], read(client, f"{german}?page=9")[0]
    assert read(client, f"{english}?page=7") == (last, True) == read(client, f"{english}?page=2")
    assert read(client, f"{german}?page=7") == (first, True) == read(client, german)
    assert b'lang="de"' in first and b'lang="de"' not in last.partition(b"<body")[0][:200]


def test_words_are_searched_for_in_each_language(client, translated):
    for url, words in (("/search/", "long"), ("/de/search/", "lange")):
        _content, is_kept = read(client, f"{url}?q={words}")
        assert not is_kept
        assert words.encode() in read(client, f"{url}?q={words}")[0]
