"""Make the fonts of site/static/fonts from their packages, and print what their fallbacks take.

    npm pack @fontsource-variable/newsreader@5.3.0 @fontsource-variable/figtree@5.3.0
    pip install fonttools brotli
    python tools/subset_fonts.py FOLDER [SYSTEM-FONT…]

FOLDER holds both, unpacked as newsreader/ and figtree/. A font of the system may be one of the
same metrics: Liberation Serif for Times New Roman, Gelasio for Georgia.

Each face keeps the weights and the one optical size that the style sheets use. English text needs
one file of it. Accented letters of Western languages are in a second, those of others in Latin
script in a third, which browsers load where a page has one (``unicode-range`` in css/faces.css).
"""

# ruff: noqa: T201
import sys
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem
from fontTools.ttLib.tables import otTables
from fontTools.varLib.instancer import instantiateVariableFont

FONTS = Path(__file__).parent.parent / "site/static/fonts"
FACES = {
    "newsreader": ("newsreader/files/newsreader-{}-opsz-normal.woff2", {"wght": (400, 600)}),
    "newsreader-italic": ("newsreader/files/newsreader-{}-opsz-italic.woff2", {"wght": 400}),
    "figtree": ("figtree/files/figtree-{}-wght-normal.woff2", {"wght": (400, 700)}),
}
# Between that of text and that of headlines, which one file serves.
OPTICAL_SIZE = 24
# Of an em. Newsreader is drawn in 2000, which no screen shows and every reader would load.
UNITS = 1000
FEATURES = ["kern", "liga", "mark", "mkmk", "ccmp", "locl", "calt", "lnum", "tnum"]
RARE = set("¤¦¬¯±µ¸¹²³¶¼½¾")
WESTERN = {chr(code) for code in [*range(0x20, 0x7F), *range(0xA0, 0x100)]} - RARE
WESTERN |= set("Œœ‑–—‘’‚“”„†•…′″‹›€™−\u2009\u202f")
ACCENTED = {letter for letter in WESTERN if letter.isalpha() and ord(letter) >= 0xC0}
# Source: OpenType, the table GPOS: a type of lookup, a format of it, and what of a value it holds.
PAIRS, CLASSES, ADVANCE = 2, 2, 0x4
LETTERS = "etaoinshrdlucmfwypvbgk  "


def make(source: Path, target: Path, limits: dict, characters: set[str] | None) -> None:
    """Write a face with no more than some characters (None: all) and axes."""
    options = subset.Options(layout_features=FEATURES, hinting=False, name_IDs=[1, 2])
    font = TTFont(source, lazy=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=map(ord, characters) if characters else font.getBestCmap())
    subsetter.subset(font)
    # Written and read once, as what was left out would be missed by the instancer.
    between = BytesIO()
    font.flavor = None
    font.save(between)
    font = TTFont(BytesIO(between.getvalue()))
    if "opsz" in {axis.axisTag for axis in font["fvar"].axes}:
        limits = limits | {"opsz": OPTICAL_SIZE}
    font = instantiateVariableFont(font, limits)
    scale_upem(font, UNITS)
    if target.stem.startswith("newsreader"):
        simplify_kerning(font)
    font.flavor = "woff2"
    font.save(target)
    print(target.name, target.stat().st_size, "bytes")


def simplify_kerning(font: TTFont) -> None:
    """Kern all weights as the regular one, and leave out pairs that are kerned as their classes.

    For serifs alone: kerning is 40 % of such a face. It is the headings' to a hundredth of an em.
    """
    for lookup in font["GPOS"].table.LookupList.Lookup:
        subtables = [getattr(subtable, "ExtSubTable", subtable) for subtable in lookup.SubTable]
        of_pairs = [subtable for subtable in subtables if subtable.LookupType == PAIRS]
        classes = [subtable for subtable in of_pairs if subtable.Format == CLASSES]
        for subtable in of_pairs:
            subtable.ValueFormat1 = ADVANCE
            if subtable.Format != CLASSES:
                leave_out_pairs(subtable, classes)


def leave_out_pairs(subtable: otTables.PairPos, classes: list[otTables.PairPos]) -> None:
    """Leave out what classes say, too: they are asked about pairs that are not listed."""
    sets = dict(zip(subtable.Coverage.glyphs, subtable.PairSet, strict=True))
    for glyph, pairs in sets.items():
        pairs.PairValueRecord = [
            pair
            for pair in pairs.PairValueRecord
            if advance(pair) != of_classes(glyph, pair.SecondGlyph, classes)
        ]
    kept = {glyph: pairs for glyph, pairs in sets.items() if pairs.PairValueRecord}
    subtable.Coverage.glyphs, subtable.PairSet = list(kept), list(kept.values())


def of_classes(first: str, second: str, classes: list[otTables.PairPos]) -> int:
    """Return the kerning of two glyphs by the first table of classes that has the first glyph."""
    for subtable in classes:
        if first in subtable.Coverage.glyphs:
            row = subtable.Class1Record[subtable.ClassDef1.classDefs.get(first, 0)]
            return advance(row.Class2Record[subtable.ClassDef2.classDefs.get(second, 0)])
    return 0


def advance(record: otTables.PairValueRecord | otTables.Class2Record) -> int:
    """Return by how much a pair is moved together or apart."""
    return getattr(record.Value1, "XAdvance", 0)


def measure(path: Path) -> dict[str, float]:
    """Return the width of common text and the height of lines of a font, in em."""
    font = TTFont(path)
    em, line, names = font["head"].unitsPerEm, font["hhea"], font.getBestCmap()
    width = sum(font["hmtx"][names[ord(letter)]][0] for letter in LETTERS) / len(LETTERS)
    heights = {"ascent": line.ascent, "descent": -line.descent, "line-gap": line.lineGap}
    return {name: value / em for name, value in (heights | {"width": width}).items()}


def show_fallback(face: Path, system: Path) -> None:
    """Print what makes a font of the system take the room of a face, for css/faces.css.

    Source: CSS Fonts Level 5, size-adjust; the overrides are of the size so adjusted.
    """
    wanted = measure(face)
    adjusted = wanted.pop("width") / measure(system)["width"]
    print(f"{face.stem} for {system.stem}: size-adjust: {adjusted:.2%};", end=" ")
    print(*(f"{name}-override: {value / adjusted:.2%};" for name, value in wanted.items()))


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for name, (source, limits) in FACES.items():
        latin = folder / source.format("latin")
        make(latin, FONTS / f"{name}.woff2", limits, WESTERN - ACCENTED)
        make(latin, FONTS / f"{name}-accented.woff2", limits, ACCENTED)
        extended = folder / source.format("latin-ext")
        make(extended, FONTS / f"{name}-extended.woff2", limits, None)
        for system in map(Path, sys.argv[2:]):
            show_fallback(FONTS / f"{name}.woff2", system)
