"""Every block renders on every channel; a new block is tested by being there."""

import re
from html.parser import HTMLParser

import pytest
from django.template import engines
from wagtail.blocks import ChooserBlock
from wagtail.rich_text import RichText
from wagtail_factories import DocumentFactory

from blog.blocks import BodyBlock
from blog.models import (
    AffiliateProgram,
    Author,
    BlogIndexPage,
    Book,
    Disclaimer,
    RetailerLink,
    ReusableContent,
)
from core.channels import Channel, ChannelBlock, compile_mjml
from tests.factories import ImageFactory, NewsletterFactory, PostFactory, SectionFactory

pytestmark = pytest.mark.django_db
BLOCKS = BodyBlock().child_blocks
HOSTILE = """<script>alert(1)</script> & ]]> </mj-text> "quoted" 'single' \\ {{ 7 }} 😀 שלום é"""


@pytest.fixture(autouse=True)
def library(home):
    """What previews choose from."""
    ImageFactory()
    section = SectionFactory(parent=home)
    NewsletterFactory(section=section)
    PostFactory(parent=section)


def render(name: str, value: object, channel: Channel) -> str:
    """Return a block as its channel shows it; of a mail, the compiled HTML."""
    source = BLOCKS[name].render(value, context={"channel": channel})
    if channel is Channel.EMAIL:
        return compile_mjml(f"<mjml><mj-body>{source}</mj-body></mjml>")
    return source


class Balanced(HTMLParser):
    """Fails on tags that are not closed."""

    VOID = {"img", "br", "hr", "input", "meta", "link", "source", "wbr"}
    OPTIONAL = {"li", "p"}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


def test_every_block_has_an_icon_a_description_and_a_preview():
    for name, block in BLOCKS.items():
        assert isinstance(block, ChannelBlock), name
        assert block.meta.icon != "placeholder", name
        assert block.get_description(), name
        assert block.is_previewable, name


@pytest.mark.parametrize("name", BLOCKS)
def test_a_preview_on_the_web_is_whole_html(name):
    html = render(name, BLOCKS[name].get_preview_value(), Channel.WEB)
    parser = Balanced()
    parser.feed(html)
    assert parser.open == []
    assert html.strip()


@pytest.mark.parametrize("name", BLOCKS)
def test_a_preview_in_a_mail_compiles_and_leaves_no_mjml(name):
    html = render(name, BLOCKS[name].get_preview_value(), Channel.EMAIL)
    assert "<mj-" not in html
    assert not re.search(r'(?:href|src)="/', html), "Addresses in mails are whole."


@pytest.mark.parametrize("name", BLOCKS)
def test_a_preview_as_text_has_no_markup_and_no_entities(name):
    text = render(name, BLOCKS[name].get_preview_value(), Channel.TEXT)
    assert not re.search(r"</?[a-z][^>]*>|&[a-z]+;|&#\d+;", text)
    assert text.strip()


def hostile(name: str, section: BlogIndexPage) -> object:
    """Return a value with hostile text in each of its fields."""
    rich = f"<p>{HOSTILE.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}</p>"
    address = "https://example.com/?a=1&b='\"<"
    link = RetailerLink(name=HOSTILE, url=address, program=AffiliateProgram(name="P"))
    values = {
        "heading": HOSTILE,
        "paragraph": RichText(rich),
        "quote": {"text": HOSTILE, "attribution": HOSTILE, "source": HOSTILE},
        "image": {
            "image": ImageFactory(title=HOSTILE, credit=HOSTILE),
            "alt_text": HOSTILE,
            "caption": RichText(rich),
            "credit": "",
        },
        "author_bio": {
            "text": RichText(""),
            "author": Author(
                name=HOSTILE, slug="a", credentials=HOSTILE, role=HOSTILE, bio=rich, guest=True
            ),
        },
        "book": {
            "book": Book(title=HOSTILE, authors=HOSTILE, publisher=HOSTILE, links=[link]),
            "note": HOSTILE,
        },
        "disclaimer": {"disclaimer": Disclaimer(name=HOSTILE, text=rich)},
        "call_to_action": {"text": HOSTILE, "label": HOSTILE, "url": "https://example.com/?'\"<"},
        "callout": {"title": HOSTILE, "text": RichText(rich), "phone": HOSTILE},
        "questions": {"questions": [{"question": HOSTILE, "answer": RichText(rich)}]},
        "code": {"code": HOSTILE, "language": HOSTILE},
        "table": {
            "data": [[HOSTILE, "b"], ["c", HOSTILE]],
            "first_row_is_table_header": True,
            "first_col_is_header": True,
            "table_caption": HOSTILE,
        },
        "posts": {"title": HOSTILE, "posts": [PostFactory(parent=section, title=HOSTILE)]},
        "embed": {"url": "https://example.org/v", "title": HOSTILE, "caption": RichText(rich)},
        "references": {
            "title": HOSTILE,
            "references": [
                {"authors": HOSTILE, "year": "2023", "title": HOSTILE, "source": HOSTILE}
            ],
        },
        "file": {"file": DocumentFactory(title=HOSTILE), "description": HOSTILE},
        "reusable": {"content": ReusableContent(body=[("code", {"code": HOSTILE})])},
        "signup": {"newsletter": NewsletterFactory(name=HOSTILE, section=section)},
    }
    values["gallery"] = {"images": [values["image"], values["image"]]}
    return BLOCKS[name].normalize(values[name])


@pytest.mark.parametrize("name", [name for name in BLOCKS if name != "divider"])
def test_hostile_text_is_shown_as_it_is_and_breaks_nothing(name, section):
    value = hostile(name, section)
    for channel in (Channel.WEB, Channel.EMAIL):
        html = render(name, value, channel)
        assert "<script>alert" not in html
        assert "&lt;script&gt;" in html
        assert "\\u{" not in html
    text = render(name, value, Channel.TEXT)
    assert "<script>alert(1)</script>" in text
    assert "😀 שלום é" in text


CHOOSING = [
    name
    for name, block in BLOCKS.items()
    if any(isinstance(child, ChooserBlock) for child in getattr(block, "child_blocks", {}).values())
]


@pytest.mark.parametrize("name", CHOOSING)
@pytest.mark.parametrize("channel", Channel)
def test_a_block_whose_chosen_object_was_deleted_renders_as_nothing(name, channel):
    block = BLOCKS[name]
    assert not block.render(block.to_python({}), {"channel": channel}).strip()


def test_an_affiliate_link_stands_beside_its_label_on_every_channel():
    """Rule 5; on the web it is marked as search engines ask for, too."""
    value = BLOCKS["book"].get_preview_value()
    pages = {channel: render("book", value, channel) for channel in Channel}
    for channel, page in pages.items():
        assert page.count("https://example.com/a") == 1, channel
        assert page.lower().count("affiliate link") == 1, channel
    (link,) = re.findall(r"<a [^>]*example.com/a[^>]*>", pages[Channel.WEB])
    assert 'rel="sponsored nofollow noopener"' in link
    (other,) = re.findall(r"<a [^>]*example.com/b[^>]*>", pages[Channel.WEB])
    assert "sponsored" not in other


def test_a_block_without_a_template_for_a_channel_is_reported_by_the_checks():
    class UnfinishedBlock(ChannelBlock):
        pass

    errors = UnfinishedBlock().check()
    assert [error.id for error in errors] == ["gazette.E001"] * 3


def test_rich_text_in_a_mail_has_whole_addresses_and_styles(section):
    text = RichText(f'<p><a linktype="page" id="{section.pk}">Here</a></p>')
    html = render("paragraph", text, Channel.EMAIL)
    assert re.search(rf'href="http://localhost{section.url}"[^>]* style=', html)
    assert f"http://localhost{section.url}" in render("paragraph", text, Channel.TEXT)


def test_plain_text_escapes_nothing():
    assert engines["text"].from_string("{{ a }}").render({"a": "<&>"}) == "<&>"
