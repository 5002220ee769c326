"""Whatever people read can be translated, and for readers it is, into German."""

import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.template.base import DebugLexer, TokenType
from django.utils.functional import Promise
from wagtail import blocks
from wagtail.admin.panels import get_edit_handler
from wagtail.blocks.base import BlockField
from wagtail.models import Page, get_page_models
from wagtail.snippets.models import get_snippet_models

from config.settings import BASE_DIR, LOCALE_PATHS
from core.models import SiteSettings

TEMPLATES = [
    path
    for folder in ("site/templates", "blog/templates", "newsletter/templates", "home/templates")
    for path in sorted((BASE_DIR / folder).rglob("*"))
    if path.suffix in {".html", ".mjml", ".txt"}
]
CATALOGUES = sorted(LOCALE_PATHS[0].rglob("django.po"))

# Names, letters that are shown as such, and what is read by programs.
NO_WORDS = {
    "ÀÉÎØÜß",
    "Ąčęłńśź",
    "Çğışö",
    "RSS",
    "Atom",
    "JSON",
    "Feed",
    "ISBN",
    "PDF",
    "Markdown",
    "feed",
    "rss",
    "Disallow",
    "Sitemap",
    "agent",
    "User",
    "index",
    "md",
}
# Fields of pages that nobody fills in.
OF_WAGTAIL = {"path", "depth", "numchild", "comment_notifications"}
_QUIET = re.compile(r"<!--.*?-->|<(script|style|mj-style|mj-raw)\b.*?</\1>", re.DOTALL)
_READ_ATTRIBUTE = re.compile(r"\s(?:alt|title|aria-label|placeholder|label)=\"([^\"]*)\"")
_TAG = re.compile(r"<(?:\"[^\"]*\"|[^>\"])*>", re.DOTALL)


def untranslated(path: Path) -> list[str]:
    """Return the words of a template that stand outside what is given to translators."""
    source = "".join(_outside_translations(path.read_text()))
    source = _QUIET.sub(" ", source)
    shown = " ".join([*_READ_ATTRIBUTE.findall(source), _TAG.sub(" ", source)])
    words = re.findall(r"[^\W\d_]{2,}", re.sub(r"&#?\w+;|\w+://\S+|\S+@\S+", " ", shown))
    return [word for word in words if word not in NO_WORDS]


def _outside_translations(source: str) -> Iterator[str]:
    """Give the text of a template; what stands for values, with a mark that is no word."""
    inside = None
    for token in DebugLexer(source).tokenize():
        name = token.contents.split()[0] if token.contents.split() else ""
        if token.token_type == TokenType.BLOCK:
            if name in ("blocktranslate", "blocktrans", "comment"):
                inside = f"end{name}"
            elif name == inside:
                inside = None
            continue
        if inside is None and token.token_type == TokenType.TEXT:
            yield token.contents
        elif inside is None:
            yield "0"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(BASE_DIR)))
def test_templates_leave_no_words_untranslated(path):
    assert untranslated(path) == []


def test_words_outside_translations_are_found(tmp_path):
    template = tmp_path / "some.html"
    template.write_text(
        '{% load i18n %}<p title="Hint {{ a }}">{% translate "Fine" %} Bare</p>'
        "{% blocktranslate %}Fine, too{% endblocktranslate %}<!-- quiet -->"
    )
    assert untranslated(template) == ["Hint", "Bare"]


def edited_models() -> list[type]:
    models = {*get_page_models(), *get_snippet_models(), SiteSettings} - {Page}
    return sorted(models, key=lambda model: model.__name__)


@pytest.mark.parametrize("model", edited_models(), ids=lambda model: model.__name__)
def test_what_editors_fill_in_has_translatable_names(model):
    assert isinstance(model._meta.verbose_name, Promise)
    fields = get_edit_handler(model).get_form_class().base_fields
    fields = {name: field for name, field in fields.items() if name not in OF_WAGTAIL}
    assert [name for name, field in fields.items() if not isinstance(field.label, Promise)] == []
    helps = {name: field.help_text for name, field in fields.items() if field.help_text}
    assert [name for name, help in helps.items() if not isinstance(help, Promise)] == []
    streams = [field.block for field in fields.values() if isinstance(field, BlockField)]
    assert [name for block in streams for name in bare_labels(block)] == []


def bare_labels(block: blocks.Block) -> Iterator[str]:
    """Give the names of blocks whose labels or help texts are not for translators."""
    for child in getattr(block, "child_blocks", {}).values():
        for words in (child.label, child.meta.help_text if "help_text" in dir(child.meta) else ""):
            if words and not isinstance(words, Promise):
                yield f"{type(block).__name__}.{child.name}: {words}"
        yield from bare_labels(getattr(child, "child_block", child))


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_what_the_site_reads_is_what_its_catalogue_says(path):
    def said(entries) -> dict:
        return {(it.msgctxt, it.msgid): (it.msgstr, it.msgstr_plural) for it in entries}

    catalogue = polib.pofile(path)
    assert said(catalogue.translated_entries()) == said(polib.mofile(path.with_suffix(".mo")))


def test_all_that_readers_see_is_in_german():
    catalogue = polib.pofile(LOCALE_PATHS[0] / "de" / "LC_MESSAGES" / "django.po")
    seen = [entry for entry in catalogue if any(map(is_for_readers, entry.occurrences))]
    assert len(seen) > 100
    assert [entry.msgid for entry in seen if not entry.translated()] == []
    for entry in seen:
        says = [entry.msgstr, *entry.msgstr_plural.values()]
        values = set(re.findall(r"%\(\w+\)[sd]", f"{entry.msgid} {entry.msgid_plural}"))
        assert all(set(re.findall(r"%\(\w+\)[sd]", words)) <= values for words in says)
        if not entry.msgid_plural:
            assert set(re.findall(r"%\(\w+\)[sd]", entry.msgstr)) == values


def is_for_readers(occurrence: tuple[str, str]) -> bool:
    file = occurrence[0]
    return "/templates/" in file and not re.search(
        r"/admin/|/alert/|/wagtail\w+/|/styleguide", file
    )
