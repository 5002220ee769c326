"""Text that is fitted into a box, in the one font that ships with Pillow."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from PIL import ImageDraw, ImageFont

from .canvas import SCALE, Canvas
from .palette import Colour

LEADING = 1.16
# The bundled font knows ASCII and these; other letters are drawn without their accents.
KNOWN = frozenset("\u2026\u2018\u2019\u201c\u201d") | frozenset(map(chr, range(32, 127)))
PLAIN = str.maketrans(
    {"\u2013": "-", "\u2014": "-", "ß": "ss", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O"}
)


@dataclass(frozen=True)
class Setting:
    """A text set in lines at a size (pixels), with *tracking* pixels between its letters."""

    lines: list[str]
    size: int
    tracking: float = 0

    @property
    def height(self) -> float:
        """Return the height of all lines."""
        return len(self.lines) * self.size * LEADING


def fit(
    text: str, width: float, height: float, largest: int, smallest: int, tracking: float = 0
) -> Setting:
    """Set a text at the largest size at which it fits into a box of *width* and *height* pixels.

    Below 0.6 of the largest size, words that are wider than the box are divided. What is left
    over at the smallest size is cut off with an ellipsis.
    """
    words = _plain(text).split()
    for size in range(largest, smallest - 1, -2):
        setting = Setting(_wrap(words, size, width, tracking, size < largest * 0.6), size, tracking)
        fits_across = all(_width(line, size, tracking) <= width for line in setting.lines)
        if fits_across and setting.height <= height:
            return setting
    return Setting(_cut(setting, width, height), size, tracking)


def draw(
    canvas: Canvas, setting: Setting, x: float, y: float, colour: Colour, weight: int = 0
) -> None:
    """Draw a setting from (x, y) down; *weight* thickens the letters by as many half pixels."""
    pen, font = ImageDraw.Draw(canvas.image), _font(setting.size)
    for i, line in enumerate(setting.lines):
        left = x
        top = y + i * setting.size * LEADING
        for letter in line if setting.tracking else [line]:
            at = (left * SCALE, top * SCALE)
            pen.text(at, letter, colour, font, stroke_width=weight)
            left += _width(letter, setting.size, 0) + setting.tracking


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.translate(PLAIN).replace("…", "\0"))
    return "".join(c for c in letters.replace("\0", "…") if c in KNOWN or c.isspace())


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.load_default(size * SCALE)


def _width(text: str, size: int, tracking: float) -> float:
    return _font(size).getlength(text) / SCALE + tracking * len(text)


def _wrap(words: list[str], size: int, width: float, tracking: float, divide: bool) -> list[str]:
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _width(longer, size, tracking) <= width:
            lines[-1] = longer
        else:
            lines += _divide(word, size, width, tracking) if divide else [word]
    return lines


def _divide(word: str, size: int, width: float, tracking: float) -> list[str]:
    if _width(word, size, tracking) <= width:
        return [word]
    pieces = [""]
    for letter in word:
        if pieces[-1] and _width(f"{pieces[-1]}{letter}-", size, tracking) > width:
            pieces[-1] += "-"
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _cut(setting: Setting, width: float, height: float) -> list[str]:
    room = max(1, int(height / (setting.size * LEADING)))
    last = setting.lines[room - 1]
    while last and _width(last + "…", setting.size, setting.tracking) > width:
        last = last[:-1]
    return [*setting.lines[: room - 1], last.rstrip() + "…"]
