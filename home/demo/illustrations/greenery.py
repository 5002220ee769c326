"""Scenes in the woods and in a garden."""

from .canvas import Canvas
from .figures import walker
from .geometry import Shape, curve, ellipse, place, points, rect, ridge, rounded, stroke
from .nature import birds, cloud, foliage, grass, hills, leaf, sky, sun, thicket
from .palette import (
    AMBER,
    CLAY,
    CREAM,
    GLOW,
    HAZE,
    MIST,
    MOSS,
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


def path_in_woods(c: Canvas) -> None:
    """Draw a path that winds towards the light between tall trees, someone on it."""
    sky(c, mix(TEAL, PINE, 0.3), mix(MIST, SAGE, 0.3), mix(CREAM, SAGE, 0.2), foot=680)
    c.glow(830, 470, 620, GLOW, 0.75)
    layers = ((560, 46, 22), (610, 28, 44), (670, 16, 78), (760, 9, 130))
    tints = (
        mix(MIST, TEAL, 0.35),
        mix(TEAL, MOSS, 0.3),
        mix(PINE, TEAL, 0.4),
        mix(PINE, NIGHT, 0.3),
    )
    for i, ((base, count, width), tint) in enumerate(zip(layers, tints, strict=True)):
        ground = ridge(c.width, base + 34, 40, c.rng, 5)
        c.fill(ground, mix(tint, SAGE, 0.22), mix(tint, NIGHT, 0.15))
        if i == 3:
            _winding_path(c)
            walker(c, 838, 700, 0.44, CLAY, SKINS[3], NIGHT)
        _trunks(c, base + 40, count, width, tint, clear=150 + i * 95)
        c.soften(rect(-60, base - 10, 1720, 40), CREAM, 50, 0.3 - i * 0.08)
    for x, lean in ((240, 300), (520, 330), (900, 260)):
        c.soften([(x, -60), (x + 90, -60), (x + lean + 190, 760), (x + lean, 760)], GLOW, 24, 0.16)
    leaves = [
        leaf(c.rng.uniform(0, 1600), c.rng.uniform(820, 990), 20, c.rng.uniform(0, 180), 0.5)
        for _ in range(46)
    ]
    c.fill_all(leaves, CLAY, 0.8)
    c.fill_all(
        thicket(c, -20, 400, 1010, 230, 7) + thicket(c, 1190, 1640, 1010, 260, 8),
        mix(PINE, NIGHT, 0.75),
    )


def _winding_path(c: Canvas) -> None:
    left = curve(points("822,640 800,690 900,770 700,870 420,1010"))
    right = curve(points("850,640 872,690 1040,765 1010,870 960,1010"))
    way = [*left, *reversed(right)]
    c.fill(way, mix(CREAM, GLOW, 0.5), mix(CLAY, WOOD, 0.4))
    c.shade(way, mix(RUST, PINE, 0.5), 100, 0.6)


def _trunks(c: Canvas, foot: float, count: int, width: float, tint: Colour, clear: float) -> None:
    """Draw tree trunks along a line, leaving a gap of *clear* on both sides of the path."""
    left, right = [], []
    for i in range(count):
        x = (i + c.rng.uniform(0.1, 0.9)) / count * (c.width + 100) - 50
        if abs(x - 840) >= clear:
            side = left if x < 840 else right
            side.append(_trunk(c, x, foot, width * c.rng.uniform(0.55, 1.1)))
    c.fill_all(left + right, tint)
    for side, towards_path in ((left, 0), (right, 180)):
        c.shade_all(side, mix(tint, GLOW, 0.5), towards_path, 0.4)


def _trunk(c: Canvas, x: float, foot: float, width: float) -> Shape:
    half = [(0.8, foot + width * 0.3), (0.42, foot - 90), (0.3, -20)]
    sway = c.rng.uniform(-0.5, 0.5) * width
    sides = [
        curve([(x + side * width * share + (sway if y < 0 else 0), y) for share, y in half])
        for side in (-1, 1)
    ]
    return [*sides[0], *reversed(sides[1])]


def garden_bench(c: Canvas) -> None:
    """Draw a bench under a tree in a flowering garden, an open book left on it."""
    sky(c, mix(MIST, CREAM, 0.2), CREAM, mix(CREAM, GLOW, 0.4), foot=560)
    sun(c, 1260, 190, 62, GLOW, AMBER)
    c.fill_all(cloud(1010, 300, 330) + cloud(1380, 110, 300), CREAM, 0.6)
    birds(c, 960, 200, 4, mix(MOSS, TEAL, 0.5), 15)
    hills(c, (mix(MIST, SAGE, 0.4), mix(SAGE, MIST, 0.2)), 400, 50, 70)
    hedge = [(x, 520 + (x % 3) * 8, 130, 84) for x in range(-40, 1700, 175)]
    foliage(c, hedge, mix(MOSS, SAGE, 0.45), mix(MOSS, PINE, 0.5), mix(SAGE, CREAM, 0.3), -50)
    c.fill(ridge(c.width, 612, 18, c.rng, 4), mix(SAGE, AMBER, 0.18), mix(MOSS, PINE, 0.25))
    c.soften(points("620,790 1080,770 1240,860 560,880"), mix(PINE, NIGHT, 0.3), 24, 0.5)
    for _ in range(26):
        x, y = c.rng.uniform(380, 1240), c.rng.uniform(760, 910)
        c.soften(ellipse(x, y, c.rng.uniform(14, 40), 9), GLOW, 4, 0.3)
    _bench(c, 830, 800)
    _shade_tree(c)
    _flowers(c)


def _shade_tree(c: Canvas) -> None:
    bark = mix(WOOD, NIGHT, 0.3)
    c.fill(stroke(points("290,540 350,380 470,300 690,190"), 70, 18), bark)
    left = curve(points("150,850 236,740 250,480 190,160"))
    trunk = [*left, *curve(points("400,160 356,480 372,740 460,850"))]
    c.fill(trunk, bark)
    c.shade(trunk, mix(CLAY, AMBER, 0.3), 0, 0.5)
    c.soften(ellipse(305, 862, 230, 24), mix(MOSS, PINE, 0.35), 9, 0.95)
    crowns = [
        (40, 180, 230, 170),
        (330, 90, 300, 170),
        (620, 110, 240, 140),
        (170, 300, 150, 90),
        (850, 70, 140, 90),
    ]
    foliage(c, crowns, mix(MOSS, SAGE, 0.25), mix(PINE, MOSS, 0.25), mix(SAGE, GLOW, 0.5), -40)


def _bench(c: Canvas, x: float, y: float) -> None:
    wood, dark = mix(CLAY, WOOD, 0.25), mix(WOOD, NIGHT, 0.45)
    for side in (-1, 1):
        c.fill(place(stroke([(205, -232), (216, 0)], 15), x, y, 1, side < 0), dark)
    for level in (-246, -202, -158):
        c.fill(place(rounded(-250, level, 500, 28, 8), x, y), wood, mix(wood, WOOD, 0.4), 0)
    for i, level in enumerate((-104, -84)):
        c.fill(
            place(rounded(-262 - i * 8, level, 524 + i * 16, 20, 8), x, y),
            mix(wood, AMBER, 0.25 - 0.2 * i),
        )
    for side in (-1, 1):
        c.fill(place(stroke([(226, -70), (232, 24)], 18), x, y, 1, side < 0), dark)
        c.fill(
            place(stroke([(200, -168), (262, -164)], 15), x, y, 1, side < 0), mix(wood, WOOD, 0.3)
        )
        c.fill(place(stroke([(250, -162), (246, -90)], 13), x, y, 1, side < 0), dark)
    for half in (-1, 1):
        page = [
            *curve([(0, -112), (34, -128), (84, -116)]),
            (84, -106),
            *curve([(34, -116), (0, -102)]),
        ]
        c.fill(place(page, x + 96, y, 1, half < 0), CREAM, mix(CREAM, HAZE, 0.3), 0)
    c.fill(stroke([(x + 8, y - 104), (x + 96, y - 100), (x + 184, y - 104)], 6), TEAL)


def _flowers(c: Canvas) -> None:
    green = mix(PINE, MOSS, 0.3)
    grass(c, 985, 120, green, 200)
    c.fill_all(
        thicket(c, -30, 420, 1010, 240, 6) + thicket(c, 1200, 1630, 1010, 260, 7),
        mix(PINE, MOSS, 0.1),
    )
    for _ in range(44):
        share = c.rng.random()
        x = share * 460 - 20 if c.rng.random() < 0.45 else 1640 - share * 520
        y, size = c.rng.uniform(770, 985), c.rng.uniform(13, 25)
        tint = c.rng.choice((CLAY, AMBER, CREAM, ROSE))
        c.fill(stroke([(x, y), (x + 5, y + 110)], 4), green)
        c.fill_all([leaf(x, y, size, angle, 0.62) for angle in range(0, 360, 60)], tint)
        c.fill(ellipse(x, y, size * 0.28), mix(WOOD, AMBER, 0.3))
