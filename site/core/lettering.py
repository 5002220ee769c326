"""Set a few words in a picture: in a font that has their letters, in lines that fit."""

import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fontTools.ttLib import TTFont
from PIL import ImageDraw, ImageFont

# Free fonts (SIL Open Font License) from packages of their own: Latin, Greek and Cyrillic; Arabic;
# Hebrew. What most letters of a text are in writes all of it.
_FONTS = (
    ("fontpkg_noto_serif", "files/NotoSerif[wdth,wght].ttf"),
    ("pylopdf_fonts_ar", "NotoNaskhArabic-Variable.ttf"),
    ("pylopdf_fonts_he", "NotoSerifHebrew-Variable.ttf"),
)
_LEADING = 1.24


@dataclass(frozen=True)
class Setting:
    """Lines of text in a size. ``size`` and what is made of it are in pixels."""

    lines: tuple[str, ...]
    size: int
    weight: int
    path: str
    is_rtl: bool

    @property
    def height(self) -> int:
        """How much room the lines take."""
        return round(len(self.lines) * self.size * _LEADING)

    def write(
        self,
        pen: ImageDraw.ImageDraw,
        left: int,
        right: int,
        top: int,
        ink: str,
        from_right: bool | None = None,
    ) -> None:
        """Write the lines between two edges, from the one where their script begins, or as told."""
        starts_right = self.is_rtl if from_right is None else from_right
        font = _font(self.path, self.size, self.weight)
        for number, line in enumerate(self.lines):
            y = top + round((number + 0.5) * self.size * _LEADING)
            place, anchor = ((right, y), "rm") if starts_right else ((left, y), "lm")
            pen.text(place, line, fill=ink, font=font, anchor=anchor, direction=_way(self.is_rtl))


def fit(text: str, width: int, sizes: range, weight: int, most_lines: int) -> Setting:
    """Return text in the largest of ``sizes`` in which it fits; cut off where it fits in none.

    Letters that none of the fonts has, as emoji, are left out.
    """
    path = max((_path(*font) for font in _FONTS), key=lambda path: len(_had(text, path)))
    words = "".join(_had(text, path)).split()
    is_rtl = _is_rtl(text)
    for size in sizes:
        lines = _lines(words, _font(path, size, weight), width, is_rtl)
        if len(lines) <= most_lines:
            break
    if len(lines) > most_lines:
        lines = [*lines[: most_lines - 1], f"{lines[most_lines - 1][:-1].rstrip()}…"]
    return Setting(tuple(lines), size, weight, path, is_rtl)


def _lines(words: list[str], font: ImageFont.FreeTypeFont, width: int, is_rtl: bool) -> list[str]:
    """Break words into lines; a word that is longer than one, wherever it is full."""
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _length(longer, font, is_rtl) <= width:
            lines[-1] = longer
            continue
        lines.append("")
        for letter in word if _length(word, font, is_rtl) > width else [word]:
            if lines[-1] and _length(lines[-1] + letter, font, is_rtl) > width:
                lines.append("")
            lines[-1] += letter
    return lines


def _length(text: str, font: ImageFont.FreeTypeFont, is_rtl: bool) -> float:
    return font.getlength(text, direction=_way(is_rtl))


def _way(is_rtl: bool) -> str | None:
    return "rtl" if is_rtl else None


def _is_rtl(text: str) -> bool:
    """Tell by the first letter that has a direction (Unicode Standard Annex 9, rule P2)."""
    ways = (unicodedata.bidirectional(letter) for letter in text)
    return next((way for way in ways if way in ("L", "R", "AL")), "L") != "L"


def _had(text: str, path: str) -> list[str]:
    known = _letters(path)
    return [letter for letter in text if letter.isspace() or ord(letter) in known]


@cache
def _path(package: str, name: str) -> str:
    return str(files(package) / name)


@cache
def _letters(path: str) -> frozenset[int]:
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())


def _font(path: str, size: int, weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.RAQM)
    axes = [axis["name"] for axis in font.get_variation_axes()]
    wanted = {b"Weight": weight, b"Width": 100}
    font.set_variation_by_axes([wanted[name] for name in axes])
    return font
