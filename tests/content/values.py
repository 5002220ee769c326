"""Hostile values for every kind of field and block, drawn by Hypothesis."""

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from hypothesis import strategies as st
from wagtail import blocks
from wagtail.admin.forms.models import formfield_for_dbfield
from wagtail.blocks.field_block import ChooserBlock
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.fields import RichTextField, StreamField
from wagtail.rich_text import RichText

# A few examples in each run; many with ``make faults``.
MAX_EXAMPLES = 200 if os.environ.get("FAULTS") == "long" else 6

URLS = [
    "https://[user]@example.com/",
    "https://[",
    "https://]/",
    "http://[::1]/",
    "http://[::1",
    "http://[fe80::1%25eth0]:99999/",
    "http://[v1.x]/",
    "https://example.com:port/",
    "https://example.com:99999999/",
    "https://user:pa[ss]@example.com/",
    "https://bücher.example/ü?q=ß#ä",
    "https://xn--a.example/",
    "https://\u2100.example/",
    "https://example\uff0fcom/",
    "https://" + "a" * 300 + ".example/",
    "https://example.com/%zz%00%",
    "https://example.com/{{ 7 }}{% now %}",
    "https://example.com/'\"<>&\\`",
    "https://example.com/?a=1&b=2&copy=3&amp;c",
    "https://example.com/\u202egnp.exe",
    "https:///no-host",
    "https:example.com",
    "//[x",
    "/a/[b",
    "#[x]",
    "#",
    "?",
    "../../[",
    "javascript:alert(1)",
    " javascript:alert(1)",
    "data:text/html,<script>",
    "mailto:[x]@example.com",
    "mailto:a@b?subject=%zz",
    "mailto:",
    "tel:+49 (0) 30/1",
    "tel:",
    "http:",
    ":",
    "\\\\[host",
    "https://\ud800/",
]
TEXTS = [
    "",
    " ",
    "\x00",
    "a\x00b\x01\x08\x0b\x0c\x1f\x7f\x85",
    "\ud83d half an emoji",
    "\udc00\ud800",
    "\ufffe\uffff\ufdd0\U0001ffff",
    "\u200b\u200d\u2060\ufeff\xad",
    "\u202eright to left\u202c \u2067שלום\u2069 مرحبا",
    "🎉 👩‍👩‍👧‍👦 🇩🇪",
    "漢字かな交じり文 " * 40,
    "W" * 5000,
    "a\u0301\u0300" * 300,
    "<!-- <!-- between --> -->",
    "<b><i>unbalanced</b>",
    "]]> <![CDATA[",
    "</script><script>alert(1)</script>",
    "</style></textarea></title></pre>",
    "<mj-text></mj-text></mj-section><mj-raw>",
    "<mj-include path='/etc/passwd' />",
    "{{ 7|add:7 }} {% include 'x' %} {# #} {{{{",
    "slot-greeting-0-",
    "${x} %s %(a)s %d %% \\ \\u{1} \\N{DASH} $1 \\1",
    "&amp; &lt;b&gt; &#0; &#x110000; &#xD800; &nbsp; &unknown; & &",
    "'\"<>&\\`/",
    "a\r\nb\rc\u2028d\u2029e\tf",
    "# * _ ~ | > - 1. [x](javascript:x) ![i](x) ``` ````",
    "=?utf-8?q?x?= \r\nBcc: x@example.com",
    "=cmd|'/c calc'!A0",
    "(Vance, 2023) (; ;) (n.d.) (1",
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]>&a;",
    "99999999999999999999",
    "²①Ⅷ٣",
    "None",
    "http://[x] https://]",
]
HTML = [
    "",
    "<p></p>",
    "<p",
    "</p></div></body></html>",
    "<!-- <p>x</p>",
    "<!-- between -->",
    "<p>a<!-- b --><?php c ?><![CDATA[d]]></p>",
    '<p><a linktype="page" id="abc">x</a></p>',
    '<p><a linktype="page" id="99999999999999999999999">x</a></p>',
    '<p><a linktype="page" id="-1">x</a><a linktype="page">y</a></p>',
    '<p><a linktype="document" id="²">x</a><a linktype="document" id="">y</a></p>',
    '<p><a linktype="document">x</a></p>',
    '<p><a linktype="nonsense" id="1">x</a></p>',
    "<p><a>x</a><a href>y</a><a href=''>z</a></p>",
    '<embed embedtype="image" id="abc" format="left" alt="x" />',
    '<embed embedtype="media" url="https://[" />',
    '<embed embedtype="nonsense" />',
    "<h2><h3>x</h2></h3><h9>y</h9>",
    "<ul><li>a<ol><li>b</ul>",
    "<table><tr><td>x",
    "<script>x</script><style>p{}</style><svg><g/></svg>",
    "<p>&#0;&#xD800;&#x110000;&nbsp;&bogus;</p>",
    '<p id="x" id="y" class=\'z\' xml:lang="q" @on="1">x</p>',
    "<o:p>x</o:p><x-y>z</x-y><1>",
    "<b>" * 300 + "x" + "</b>" * 300,
    "<sup>12</sup><sup><b>3</b></sup>",
    "<p>" + "x" * 20_000 + "</p>",
]

urls = st.sampled_from(URLS) | st.builds(
    lambda scheme, rest: scheme + rest,
    st.sampled_from(
        ["https://", "http://", "//", "/", "#", "mailto:", "tel:", "", "https://[", "x:"]
    ),
    st.text(max_size=30),
)
# In JSON there may be lone surrogates; of forms, Django replaces what is no UTF-8.
texts = st.sampled_from(TEXTS) | urls | st.text(st.characters(), max_size=60)
posted_texts = texts.map(lambda text: text.encode("utf-8", "replace").decode())
posted_urls = urls.map(lambda url: url.encode("utf-8", "replace").decode())
pk_like = st.sampled_from(
    [
        None,
        0,
        1,
        -1,
        2**31,
        2**63,
        10**30,
        "1",
        "abc",
        "",
        "1e5",
        "²",
        1.5,
        float("inf"),
        True,
        [],
        {},
    ]
)


@st.composite
def content_states(draw: Callable) -> str:
    """Draw what the editor of rich text posts: JSON of Draft.js, whole or odd."""
    entities = {}
    for key in range(draw(st.integers(0, 3))):
        kind = draw(st.sampled_from(["LINK", "DOCUMENT", "IMAGE", "EMBED", "HORIZONTAL_RULE", "X"]))
        data = draw(
            st.fixed_dictionaries(
                {},
                optional={"url": urls | st.none(), "id": pk_like, "filename": texts, "href": texts},
            )
        )
        entities[str(key)] = {"type": kind, "mutability": "MUTABLE", "data": data}
    block = st.builds(
        lambda text, kind, styles, ranges, depth: {
            "key": "abc",
            "text": text,
            "type": kind,
            "depth": depth,
            "inlineStyleRanges": styles,
            "entityRanges": ranges,
        },
        texts,
        st.sampled_from(
            ["unstyled", "header-two", "header-four", "ordered-list-item", "atomic", "x"]
        ),
        st.lists(
            st.builds(
                lambda style, at, length: {"style": style, "offset": at, "length": length},
                st.sampled_from(["BOLD", "ITALIC", "MARK", "SUPERSCRIPT", "X"]),
                st.integers(0, 5),
                st.integers(0, 9),
            ),
            max_size=2,
        ),
        st.lists(
            st.builds(
                lambda key, at, length: {"key": key, "offset": at, "length": length},
                st.integers(0, max(len(entities) - 1, 0)),
                st.just(0),
                st.integers(1, 9),
            ),
            max_size=1 if entities else 0,
        ),
        st.integers(0, 4),
    )
    return json.dumps({"blocks": draw(st.lists(block, max_size=3)), "entityMap": entities})


broken_states = st.sampled_from(
    ["", "null", "[]", "1", '"x"', "{}", "{", "[" * 100_000, '{"blocks": null}', '{"blocks": [1]}',
     '{"blocks": [{}], "entityMap": {}}', '{"blocks": [{"text": 1}]}', "NaN", "\x00", "words",
     '{"entityMap": [], "blocks": [{"text": "x", "type": "unstyled", "depth": 0, "key": "a", '
     '"inlineStyleRanges": [], "entityRanges": [{"key": 7, "offset": 0, "length": 1}]}]}']
)  # fmt: skip


def rich_texts(widget: Any) -> st.SearchStrategy[str]:
    """Return HTML: as the editor's widget makes it of what is posted, or as stored by others."""
    posted = (content_states() | broken_states).map(
        lambda state: widget.value_from_datadict({"x": state}, {}, "x")
    )
    stored = st.sampled_from(HTML).map(lambda html: html.replace("\x00", ""))
    return posted | stored


def tables() -> st.SearchStrategy[dict[str, Any]]:
    """Return what the editor of tables posts."""
    cells = st.none() | texts
    return st.fixed_dictionaries(
        {
            "data": st.lists(st.lists(cells, min_size=1, max_size=3), max_size=3),
            "table_caption": texts,
            "table_header_choice": st.sampled_from(["row", "column", "both", "neither"]),
        },
        optional={
            "first_row_is_table_header": st.booleans(),
            "first_col_is_header": st.booleans(),
            "cell": st.just([]),
            "mergeCells": st.just([{"row": 0, "col": 0, "rowspan": 9, "colspan": 9}]),
        },
    )


def block_values(block: blocks.Block, chosen: Mapping[type, Any]) -> st.SearchStrategy[Any]:
    """Return values of a block that its editor accepts; choosers hold what ``chosen`` has."""
    match block:
        case blocks.StructBlock():
            children = {
                name: block_values(child, chosen) for name, child in block.child_blocks.items()
            }
            return st.fixed_dictionaries(children).map(block.normalize)
        case blocks.ListBlock():
            child = block_values(block.child_block, chosen)
            return st.lists(child, min_size=block.meta.min_num or 0, max_size=2).map(
                block.normalize
            )
        case blocks.StreamBlock():
            kinds = [
                st.tuples(st.just(name), block_values(child, chosen))
                for name, child in block.child_blocks.items()
            ]
            return st.lists(st.one_of(kinds), max_size=3).map(block.normalize)
        case ChooserBlock():
            return st.sampled_from([chosen.get(block.model_class), None])
        case TableBlock():
            return _accepted(block, tables().map(lambda it: block.value_from_form(json.dumps(it))))
        case blocks.RichTextBlock():
            return rich_texts(block.field.widget).map(lambda html: RichText(html))
        case blocks.ChoiceBlock():
            return st.sampled_from([key for key, _label in block.field.choices])
        case blocks.IntegerBlock():
            return _accepted(block, st.integers())
        case blocks.BooleanBlock():
            return st.booleans()
        case blocks.StaticBlock():
            return st.none()
    return _accepted(block, posted_texts)


def _accepted(block: blocks.Block, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return values as the block cleans them; one that it refuses is left as in an empty draft."""

    def cleaned(value: Any) -> Any:
        try:
            return block.clean(block.normalize(value))
        except ValidationError:
            return block.normalize(block.get_default())

    return values.map(cleaned)


def field_values(field: models.Field) -> st.SearchStrategy[Any] | None:
    """Return values of a model's field that its form accepts; None for what holds no words."""
    if isinstance(field, RichTextField):
        return rich_texts(field.formfield().widget)
    is_words = isinstance(field, models.CharField | models.TextField) and not field.choices
    if not is_words or isinstance(field, StreamField) or not field.editable:
        return None
    is_url = isinstance(field, models.URLField)
    form_field = formfield_for_dbfield(field)

    def cleaned(value: str) -> str | None:
        try:
            value = form_field.clean(value[: field.max_length] if field.max_length else value)
            return field.clean(value, None)
        except ValidationError:
            return None

    return (posted_urls if is_url else posted_texts).map(cleaned)


def hostile_fields(model: type[models.Model], *leave: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return values for all fields of a model that hold words, but for those that are refused."""
    strategies = {
        field.name: strategy
        for field in model._meta.concrete_fields
        if field.name not in leave and (strategy := field_values(field)) is not None
    }
    return st.fixed_dictionaries(strategies).map(
        lambda values: {name: value for name, value in values.items() if value is not None}
    )
