"""The rich-text editor, which accepts any posted value as its JSON.

Draft.js posts well-formed content. Other clients, browser extensions and broken connections post
other things: none of it may raise, and no word of it is lost.
"""

import json
import logging
from typing import Any

from django.utils.html import format_html
from wagtail.admin.rich_text.editors.draftail import DraftailRichTextArea

from .html import parse_fragment, serialize_children
from .primary_keys import parse_pk
from .text import without_controls, without_controls_inside

logger = logging.getLogger(__name__)


class RichTextArea(DraftailRichTextArea):
    """Wagtail's editor of rich text; see the module."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str | None:
        posted = data.get(name)
        if posted is None:
            return None
        try:
            return self.converter.to_database_format(_cleaned(posted))
        except Exception:
            # Any error: the converter is not ours, and takes the structure for granted.
            logger.warning("Rich text in an unknown format was kept as plain text", exc_info=True)
            return format_html("<p>{}</p>", without_controls(posted))

    def format_value(self, value: str | None) -> str:
        try:
            return super().format_value(value)
        except Exception:
            # The converter asserts that each tag is closed.
            logger.warning("Rich text was repaired to be edited", exc_info=True)
            return super().format_value(serialize_children(parse_fragment(value)))


def _cleaned(posted: str) -> str:
    """Return Draft.js content without what cannot be stored, and without links that lead nowhere.

    Draft.js posts an empty editor as ``null``. Raises an error for other content.
    """
    content = without_controls_inside(json.loads(posted))
    if content is None:
        return "null"
    entities = content["entityMap"]
    broken = {key for key, entity in entities.items() if not _has_valid_key(entity["data"])}
    for block in content["blocks"]:
        ranges = block.get("entityRanges", [])
        block["entityRanges"] = [it for it in ranges if str(it["key"]) not in broken]
    return json.dumps(content)


def _has_valid_key(data: dict[str, Any]) -> bool:
    """Return whether a link has a valid primary key; links to URLs have none."""
    return data.get("id") is None or parse_pk(data["id"]) is not None
