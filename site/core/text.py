"""Check the characters of text: valid in XML and databases, and visible to readers."""

import re
import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# XML 1.0, section 2.2. Databases take no lone surrogates, and PostgreSQL no U+0000.
_NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Letters and symbols that Unicode says are blank: fillers of Hangul, the empty pattern of Braille.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def without_controls(text: str) -> str:
    """Return text without the characters that XML does not allow."""
    return _NOT_IN_XML.sub("", text)


def without_controls_inside(value: Any) -> Any:
    """Return a JSON value with the same characters removed from all its text."""
    match value:
        case str():
            return without_controls(value)
        case list():
            return [without_controls_inside(item) for item in value]
        case dict():
            return {
                without_controls(key): without_controls_inside(item) for key, item in value.items()
            }
    return value


def is_visible(text: str) -> bool:
    """Return whether a text has a character that readers can see.

    Spaces, control and format characters, combining marks without a letter, and blank letters
    are not seen.
    """
    return any(
        unicodedata.category(character)[0] not in "CMZ" and character not in _BLANK
        for character in text
    )


def validate_visible(text: str) -> None:
    """Raise ValidationError for a text of invisible characters only; an empty text is valid."""
    if text and not is_visible(text):
        raise ValidationError(
            _("This contains only invisible characters. Enter text that readers can see."),
            code="invisible",
        )
