"""A page as a browser prints it: with what readers are owed, without what only a screen can do."""

import re
import subprocess
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from pypdf import PdfReader
from wagtail.rich_text import RichText

from blog import related
from core.stylesheets import SHEET, joined
from tests.browser.conftest import CHROMIUM, CHROMIUM_FLAGS
from tests.factories import (
    AuthorFactory,
    BookFactory,
    CommentFactory,
    DisclaimerFactory,
    PostFactory,
    TopicFactory,
)
from tests.services import missing

pytestmark = pytest.mark.django_db

STYLE = re.compile(r'<link rel="stylesheet" href="/static/([^"]+)"([^>]*)>')


def with_styles(html: str) -> str:
    """Return a page with its style sheets in it."""

    def read(name: str) -> str:
        return Path(finders.find(name)).read_text()

    def inlined(found: re.Match) -> str:
        sheet = joined(read) if found[1] == SHEET else read(found[1])
        return f"<style{found[2]}>{sheet}</style>"

    return STYLE.sub(inlined, html)


def printed(html: str, folder) -> str:
    """Return the words on the paper that Chromium makes of a page."""
    page, pdf = folder / "page.html", folder / "page.pdf"
    page.write_text(with_styles(html))
    command = [CHROMIUM, "--headless", *CHROMIUM_FLAGS, f"--user-data-dir={folder}/profile"]
    subprocess.run(
        [*command, "--no-pdf-header-footer", f"--print-to-pdf={pdf}", page.as_uri()],
        check=True,
        capture_output=True,
        timeout=120,
    )
    text = " ".join(page.extract_text() for page in PdfReader(pdf).pages)
    return " ".join(text.replace("\0", "").split())


def test_paper_shows_what_is_owed_and_where_links_lead(client, section, newsletter, tmp_path):
    if CHROMIUM is None:
        missing("Chromium")
    for rule, place in (("affiliate", "beside"), ("guest", "top"), ("always", "end")):
        DisclaimerFactory(rule=rule, place=place, text=f"<p>Text for {rule}.</p>")
    topic = TopicFactory()
    other = PostFactory(parent=section, title="Another one", topics=[topic])
    post = PostFactory(
        parent=section,
        title="Ten minutes of rain",
        topics=[topic],
        authors=[AuthorFactory(name="Ana Reis", guest=True)],
        body=[
            ("paragraph", RichText('<p>See <a href="https://example.org/one">there</a>.</p>')),
            ("book", {"book": BookFactory(affiliate=True, links=3), "note": ""}),
            ("signup", {"newsletter": newsletter}),
        ],
    )
    CommentFactory(post=post, text="It rained here too.")
    for each in (post, other):
        related.learn(each)
    html = client.get(post.url).text
    assert "Another one" in html
    text = printed(html, tmp_path)
    for words in ("Ten minutes of rain", "Ana Reis", "https://example.org/one", "rained here too"):
        assert words in text
    for rule in ("affiliate", "guest", "always"):
        assert text.count(f"Text for {rule}.") == 1
    assert text.count("affiliate link") == 3
    for words in ("Leave a reply", "Email address", "Copy link", "Skip to", "Another one"):
        assert words not in text
