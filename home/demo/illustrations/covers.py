"""Book covers: a title, its authors and a simple motif."""

from collections.abc import Callable

from PIL import Image, ImageStat

from .canvas import SCALE, Canvas
from .geometry import arch, blob, curve, ellipse, points, rect, ridge, ring, rounded, stroke
from .lettering import draw, fit
from .nature import leaf, spray
from .palette import (
    AMBER,
    CLAY,
    CREAM,
    DUSK,
    GLOW,
    HAZE,
    INDIGO,
    INK,
    MIST,
    MOSS,
    NIGHT,
    PINE,
    ROSE,
    RUST,
    SAGE,
    TEAL,
    Colour,
    mix,
)

WIDTH, HEIGHT, MARGIN = 600, 900, 56
Scheme = tuple[Colour, Colour, Colour, Colour, Colour]

# Ground, its lower shade, lettering, and two colours for the motif.
SCHEMES: tuple[Scheme, ...] = (
    (INDIGO, INK, CREAM, AMBER, DUSK),
    (CREAM, mix(CREAM, ROSE, 0.35), INK, CLAY, TEAL),
    (TEAL, PINE, CREAM, GLOW, mix(MIST, TEAL, 0.4)),
    (CLAY, RUST, CREAM, GLOW, mix(RUST, INK, 0.4)),
    (mix(SAGE, CREAM, 0.25), SAGE, PINE, CREAM, MOSS),
    (ROSE, mix(ROSE, CLAY, 0.5), INK, CREAM, RUST),
    (mix(AMBER, CREAM, 0.15), AMBER, INK, CREAM, CLAY),
    (mix(DUSK, HAZE, 0.3), DUSK, CREAM, ROSE, INDIGO),
)


def cover(title: str, authors: str, seed: str) -> Image.Image:
    """Return a book's cover, 600 by 900 pixels; *seed* chooses its colours and motif.

    Titles of any length are fitted inside the margins. Letters that Pillow's bundled font does
    not have are drawn without their accents, or left out.
    """
    canvas = Canvas(WIDTH, HEIGHT, seed)
    scheme = canvas.rng.choice(SCHEMES)
    canvas.fill(rect(0, 0, WIDTH, HEIGHT), scheme[0], scheme[1])
    canvas.rng.choice(MOTIFS)(canvas, scheme[3], scheme[4])
    _spine(canvas, scheme[1])
    _title(canvas, title, scheme)
    _authors(canvas, authors)
    return canvas.finish(grain=4, vignette=0.06)


def _title(canvas: Canvas, title: str, scheme: Scheme) -> None:
    setting = fit(title, WIDTH - 2 * MARGIN, 300, 74, 20)
    draw(canvas, setting, MARGIN, 70, scheme[2], weight=1 if setting.size > 40 else 0)
    if setting.lines:
        canvas.fill(rect(MARGIN, 70 + setting.height + 16, 56, 5), scheme[3])


def _authors(canvas: Canvas, authors: str) -> None:
    setting = fit(authors.upper(), WIDTH - 2 * MARGIN, 56, 22, 12, tracking=2)
    top = HEIGHT - 50 - setting.height
    draw(canvas, setting, MARGIN, top, _legible(canvas, top))


def _legible(canvas: Canvas, top: float) -> Colour:
    """Return the colour of letters that stand out from the lower left, below the line *top*."""
    box = (MARGIN * SCALE, round(top) * SCALE, WIDTH // 2 * SCALE, (HEIGHT - 50) * SCALE)
    lightness = ImageStat.Stat(canvas.image.crop(box).convert("L")).median[0]
    return NIGHT if lightness > 120 else CREAM


def _spine(canvas: Canvas, shade: Colour) -> None:
    canvas.fill(rect(0, 0, 26, HEIGHT), mix(shade, NIGHT, 0.35), opacity=0.28)
    canvas.fill(rect(26, 0, 3, HEIGHT), CREAM, opacity=0.12)


def _sunrise(c: Canvas, light: Colour, deep: Colour) -> None:
    c.glow(330, 600, 340, light, 0.3)
    for i in range(4):
        c.fill(ellipse(330, 640, 200 - i * 44, None, 180, 360), mix(deep, light, 0.25 + i * 0.25))
    for i in range(3):
        wave = curve(
            [(x, 640 + i * 44 + (18 if (x // 100 + i) % 2 else -6)) for x in range(-100, 800, 100)]
        )
        c.fill([*wave, (700, HEIGHT), (-100, HEIGHT)], mix(deep, light, 0.3 - i * 0.15))


def _night_hills(c: Canvas, light: Colour, deep: Colour) -> None:
    c.glow(420, 500, 260, light, 0.35)
    c.fill(ellipse(420, 500, 74), light)
    for i in range(4):
        hill = ridge(WIDTH, 610 + i * 58, 80, c.rng, 3, HEIGHT)
        c.fill(hill, mix(light, deep, 0.5 + i * 0.16))
        c.shade(hill, mix(deep, NIGHT, 0.3), 90, 0.35)


def _overlaps(c: Canvas, light: Colour, deep: Colour) -> None:
    for x, tint in ((236, light), (364, deep)):
        c.fill(ellipse(x, 590, 146), tint, opacity=0.92)
        c.shade(ellipse(x, 590, 146), mix(tint, NIGHT, 0.35), 60, 0.5)
    with c.clip(ellipse(236, 590, 146)):
        c.fill(ellipse(364, 590, 146), mix(light, deep, 0.5), opacity=0.95)


def _ripples(c: Canvas, light: Colour, deep: Colour) -> None:
    for i in range(7):
        c.fill(ring(300, 590, 28 + i * 26, 28 + i * 26, 10), mix(light, deep, i / 6))
    c.fill(ellipse(300, 590, 12), light)


def _sprig(c: Canvas, light: Colour, deep: Colour) -> None:
    c.fill(ellipse(300, 600, 176), mix(deep, light, 0.15), opacity=0.55)
    c.fill_all(spray(300, 790, 370, 40, 120), light)
    c.fill_all(
        spray(292, 790, 250, -110, 90) + spray(306, 790, 220, 130, 84), mix(light, deep, 0.45)
    )


def _doorway(c: Canvas, light: Colour, deep: Colour) -> None:
    for i in range(4):
        tint = mix(deep, light, i / 3)
        c.fill(arch(170 + i * 32, 430 + i * 44, 260 - i * 64, 350 - i * 44), tint)
    c.glow(300, 650, 240, light, 0.4)
    for i in range(3):
        c.fill(
            rounded(150 - i * 30, 778 + i * 12, 300 + i * 60, 13, 4),
            mix(deep, light, 0.5 - i * 0.2),
        )


def _path(c: Canvas, light: Colour, deep: Colour) -> None:
    hill = blob(points("-100,960 -80,700 140,610 330,560 520,590 700,540 700,960"))
    c.fill(hill, deep)
    c.shade(hill, mix(deep, NIGHT, 0.5), 90, 0.5)
    left, right = (
        points("306,566 262,624 430,690 300,900"),
        points("620,900 540,700 330,626 318,566"),
    )
    c.fill([*curve(left), *curve(right)], light)
    c.fill(ellipse(420, 490, 46), light)


def _falling_leaves(c: Canvas, light: Colour, deep: Colour) -> None:
    for row in range(4):
        for column in range(5):
            x, y = 70 + column * 108 + (row % 2) * 36, 470 + row * 88
            shape = leaf(x, y, 84, c.rng.choice((-50, -130, 40, 130)), 0.52)
            c.fill(shape, mix(light, deep, c.rng.choice((0, 0.35, 0.7, 1))))


def _windows(c: Canvas, light: Colour, deep: Colour) -> None:
    lit = c.rng.randrange(9)
    for i in range(9):
        x, y = 156 + i % 3 * 104, 440 + i // 3 * 118
        c.fill(rounded(x, y, 80, 96, 6), light if i == lit else mix(deep, NIGHT, 0.1))
        c.fill(rect(x + 38, y, 4, 96), mix(deep, NIGHT, 0.4))
        c.fill(rect(x, y + 44, 80, 4), mix(deep, NIGHT, 0.4))
        if i == lit:
            c.glow(x + 40, y + 48, 170, light, 0.5)


def _stones(c: Canvas, light: Colour, deep: Colour) -> None:
    c.fill(stroke([(60, 796), (540, 796)], 5), deep)
    y = 794.0
    for i, (width, tall) in enumerate(((270, 92), (206, 78), (156, 66), (108, 52), (62, 36))):
        x = 300 + c.rng.uniform(-16, 16)
        stone = ellipse(x, y - tall / 2, width / 2, tall / 2)
        c.fill(stone, mix(deep, light, i / 4))
        c.shade(stone, mix(deep, NIGHT, 0.4), 70, 0.5)
        y -= tall - 3


MOTIFS: tuple[Callable[[Canvas, Colour, Colour], None], ...] = (
    _sunrise,
    _night_hills,
    _overlaps,
    _ripples,
    _sprig,
    _doorway,
    _path,
    _falling_leaves,
    _windows,
    _stones,
)
