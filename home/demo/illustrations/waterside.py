"""Scenes in a harbour and on a lake."""

from .canvas import Canvas
from .figures import seated
from .geometry import Shape, blob, curve, ellipse, place, points, rect, rounded, stroke
from .nature import birds, cloud, glitter, hills, pine, sky, stars, sun, thicket, water
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
    NIGHT,
    PINE,
    ROSE,
    RUST,
    SAGE,
    SKINS,
    TEAL,
    WOOD,
    Colour,
    mix,
)


def harbour_morning(c: Canvas) -> None:
    """Draw boats at a quay with the sun coming up."""
    sky(c, mix(MIST, HAZE, 0.4), mix(CREAM, ROSE, 0.35), GLOW, foot=600)
    sun(c, 1120, 420, 66, GLOW, AMBER)
    for x, y, width in ((700, 150, 420), (1240, 250, 320), (60, 110, 300)):
        c.fill_all(cloud(x, y, width), CREAM, 0.4)
    hills(c, (mix(HAZE, ROSE, 0.4), mix(HAZE, TEAL, 0.45)), 545, 42, 70)
    _town(c)
    c.fill(rect(0, 606, 830, 50), mix(HAZE, WOOD, 0.45), mix(DUSK, WOOD, 0.4))
    for x, size, hull in ((940, 0.62, CLAY), (1240, 0.8, CREAM), (1495, 0.55, TEAL)):
        _sailing_boat(c, x, 655, size, hull)
    c.reflect(656, mix(TEAL, HAZE, 0.3), 0.32, 5, 2)
    water(c, 656, mix(PINE, TEAL, 0.5), CREAM)
    glitter(c, 1120, 660, 190, GLOW, 330)
    _jetty(c)
    birds(c, 420, 220, 4, mix(INDIGO, TEAL, 0.3), 20)


def _town(c: Canvas) -> None:
    x = -40.0
    colours = (CLAY, CREAM, TEAL, ROSE, SAGE, RUST, AMBER, MIST)
    for i, width in enumerate((118, 96, 130, 104, 122, 92, 126, 84)):
        top, wall = 606 - c.rng.uniform(150, 250), mix(colours[i], HAZE, 0.2)
        body = rect(x, top, width, 606 - top)
        c.fill(body, wall, mix(wall, DUSK, 0.25))
        c.shade(body, mix(wall, INDIGO, 0.5), 180, 0.5)
        peak = [(x - 7, top + 3), (x + width / 2, top - width * 0.55), (x + width + 7, top + 3)]
        c.fill(peak, mix(RUST, INDIGO, 0.25 + 0.1 * (i % 3)))
        panes = [
            rounded(x + width * share - 9, y, 18, 30, 3)
            for share in (0.3, 0.7)
            for y in range(int(top) + 24, 560, 52)
        ]
        c.fill_all(panes[::2], mix(INDIGO, wall, 0.2))
        c.fill_all(panes[1::2], mix(INDIGO, wall, 0.3))
        c.fill_all(panes[i % 3 :: 5], GLOW)
        x += width


def _sailing_boat(c: Canvas, x: float, y: float, size: float, hull: Colour) -> None:
    def at(shape: Shape) -> Shape:
        return place(shape, x, y, size)

    c.fill(at(rect(-4, -390, 8, 340)), mix(WOOD, NIGHT, 0.3))
    c.fill(at(stroke([(-4, -96), (150, -104)], 7)), mix(WOOD, NIGHT, 0.3))
    c.fill(at(stroke([(2, -104), (70, -114), (146, -112)], 20, 12)), mix(CREAM, ROSE, 0.3))
    for foot in (-168, 160):
        c.fill(at(stroke([(0, -386), (foot, -44)], 2)), mix(WOOD, NIGHT, 0.3))
    c.fill(at(rounded(-60, -74, 120, 44, 14)), mix(hull, CREAM, 0.5))
    c.fill_all(
        [at(rounded(-44 + i * 34, -64, 20, 14, 5)) for i in range(3)], mix(INDIGO, TEAL, 0.4)
    )
    body = at(
        [
            *curve([(-186, -50), (0, -36), (180, -48)]),
            *curve(points("166,-12 120,6 -120,6 -160,-8")),
        ]
    )
    c.fill(body, hull)
    c.shade(body, mix(hull, INDIGO, 0.5), 90, 0.5)


def _jetty(c: Canvas) -> None:
    dark = mix(WOOD, NIGHT, 0.55)
    for x, top in ((66, 800), (286, 812), (486, 826)):
        c.soften(rect(x - 6, 930, 40, 90), NIGHT, 8, 0.4)
        c.fill(rounded(x, top, 34, 240, 6), dark)
        c.fill(rounded(x, top, 34, 18, 6), mix(WOOD, AMBER, 0.4))
    deck = points("-20,878 560,896 560,930 -20,944")
    c.fill(deck, mix(WOOD, CLAY, 0.25), mix(WOOD, NIGHT, 0.25), 0)
    c.fill(points("-20,878 560,896 560,904 -20,890"), mix(WOOD, AMBER, 0.45))
    c.fill_all([rect(x, 880, 4, 62) for x in range(30, 560, 62)], dark, 0.6)
    gull = blob(points("478,800 500,786 530,796 566,812 520,822 492,816"))
    c.fill(gull, CREAM)
    c.shade(gull, HAZE, 60, 0.8)
    c.fill(ellipse(486, 788, 15, 14), CREAM)
    c.fill([(474, 786), (456, 792), (474, 794)], AMBER)
    c.fill(ellipse(482, 786, 2.5), NIGHT)


def small_boat(c: Canvas) -> None:
    """Draw someone alone in a small boat on a still lake, a lantern at the bow."""
    sky(
        c,
        mix(INDIGO, PINE, 0.4),
        mix(TEAL, DUSK, 0.4),
        mix(ROSE, HAZE, 0.4),
        mix(GLOW, ROSE, 0.4),
        foot=560,
    )
    stars(c, 70, 240)
    c.glow(960, 560, 760, ROSE, 0.45)
    hills(c, (mix(HAZE, ROSE, 0.35), mix(DUSK, HAZE, 0.4), mix(TEAL, INDIGO, 0.5)), 420, 46, 170, 4)
    for x in range(-20, 520, 34):
        c.fill(pine(x + c.rng.uniform(-8, 8), 566, c.rng.uniform(60, 130)), mix(PINE, NIGHT, 0.35))
    for x in range(1330, 1640, 34):
        c.fill(pine(x + c.rng.uniform(-8, 8), 566, c.rng.uniform(50, 110)), mix(PINE, NIGHT, 0.35))
    c.reflect(564, mix(PINE, INDIGO, 0.5), 0.3, 9, 3)
    c.soften(rect(-60, 548, 1720, 26), mix(CREAM, ROSE, 0.4), 16, 0.5)
    water(c, 600, mix(INK, PINE, 0.4), mix(ROSE, CREAM, 0.4))
    _rowing_boat(c, 690, 770)
    c.fill_all(thicket(c, 1290, 1620, 1010, 150, 3), NIGHT)
    for i in range(10):
        x, tall = 1256 + i * 37, 150 + i * 97 % 170
        tip = (x + i * 37 % 50 - 24, 1000 - tall)
        c.fill(stroke([(x, 1020), (x, 1010 - tall / 2), tip], 6, 2), NIGHT)
        c.fill(stroke([tip, (tip[0], tip[1] - 54)], 12), mix(RUST, NIGHT, 0.6))


def _rowing_boat(c: Canvas, x: float, y: float) -> None:
    hull = place(
        [
            *curve(points("-240,-64 -120,-34 60,-32 236,-78")),
            *curve(points("190,-6 130,16 -140,16 -200,-8")),
        ],
        x,
        y,
    )
    mirrored = [(px, 2 * (y + 14) - py) for px, py in hull]
    c.soften(mirrored, NIGHT, 7, 0.65)
    with c.clip(rect(0, 0, c.width, y - 10)):
        seated(c, x - 60, y - 28, 0.92, CLAY, SKINS[4], NIGHT, INDIGO)
    c.fill(hull, mix(WOOD, CLAY, 0.2), mix(WOOD, NIGHT, 0.6))
    c.fill(
        stroke([(x - 240, y - 64), (x - 120, y - 36), (x + 60, y - 34), (x + 236, y - 78)], 10),
        mix(WOOD, AMBER, 0.35),
    )
    c.fill(stroke([(x + 20, y - 56), (x - 190, y + 40)], 8), mix(WOOD, NIGHT, 0.2))
    c.fill(stroke([(x + 206, y - 64), (x + 214, y - 190)], 6), NIGHT)
    c.fill(rounded(x + 200, y - 186, 30, 42, 8), CREAM, AMBER)
    c.glow(x + 215, y - 166, 420, AMBER, 0.6)
    c.glow(x + 215, y - 166, 120, GLOW, 0.8)
    glitter(c, x + 215, y + 16, 120, AMBER, 170)
    rings = [stroke(ellipse(x, y + 14, 290 + i * 70, 16 + i * 9, 10, 170), 2) for i in range(3)]
    c.fill_all(rings, mix(ROSE, CREAM, 0.5), 0.3)
