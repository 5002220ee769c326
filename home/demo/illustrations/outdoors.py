"""Scenes outside."""

from .canvas import Canvas
from .figures import seated, walker
from .geometry import blob, curve, ellipse, place, points, rect, ridge, ring, rounded, stroke, turn
from .nature import (
    birds,
    cloud,
    crescent,
    foliage,
    grass,
    hills,
    leaf,
    pine,
    rain,
    sky,
    stars,
    sun,
    thicket,
)
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
    SKINS,
    TEAL,
    WOOD,
    Colour,
    mix,
)
from .room import panes, sill


def lantern_window(c: Canvas) -> None:
    """Draw a house in the snow at night, a lantern in its one lit window."""
    sky(c, NIGHT, INDIGO, mix(DUSK, ROSE, 0.3), foot=720)
    stars(c, 120, 420)
    hills(c, (mix(DUSK, HAZE, 0.25), mix(DUSK, INDIGO, 0.4), mix(INDIGO, PINE, 0.3)), 500, 75)
    for i in range(15):
        x = -20 + i * 62 + c.rng.uniform(-18, 18)
        c.fill(pine(x, 735, c.rng.uniform(120, 230)), mix(PINE, NIGHT, c.rng.uniform(0.3, 0.6)))
    snow = ridge(c.width, 745, 30, c.rng, 3)
    c.fill(snow, mix(HAZE, MIST, 0.3), mix(DUSK, INDIGO, 0.4))
    _house(c)
    drift = blob(points("770,796 900,766 1130,778 1350,764 1490,796 1300,816 960,816"))
    c.fill(drift, mix(HAZE, MIST, 0.3), mix(HAZE, DUSK, 0.25))
    _lit_window(c, 980, 380, 300, 300)
    c.soften(points("1000,775 1260,775 1330,900 800,900"), AMBER, 30, 0.55)
    steps = [
        ellipse(560 + i * 62, 985 - i * 31 + (i % 2) * 14, 15 - i, 7 - i * 0.4) for i in range(7)
    ]
    c.fill_all(steps, INDIGO, 0.55)
    _drift(c)
    c.glow(1130, 560, 620, AMBER, 0.5)


def _house(c: Canvas) -> None:
    wall = points("830,780 830,380 1130,120 1430,380 1430,780")
    c.fill(wall, mix(WOOD, INK, 0.72), mix(WOOD, INK, 0.55))
    boards = [rect(830, y, 600, 2) for y in range(150, 780, 24)]
    with c.clip(wall):
        c.fill_all(boards, NIGHT, 0.5)
        c.shade(rect(830, 120, 600, 660), NIGHT, 0, 0.6)
    c.fill(rect(1300, 110, 74, 170), mix(RUST, NIGHT, 0.5))
    c.fill(rounded(1290, 96, 94, 26, 10), mix(HAZE, CREAM, 0.3))
    for side in (-1, 1):
        c.fill(stroke([(1130, 132), (1130 + side * 340, 426)], 12), INK)
    for side in (1, -1):
        eave = stroke([(1130, 100), (1130 + side * 350, 402)], 46)
        c.fill(eave, mix(HAZE, CREAM, 0.4))
        c.shade(eave, mix(DUSK, HAZE, 0.3), 60 if side > 0 else 120, 0.7)
    for i, (dx, dy) in enumerate(((0, 0), (20, -50), (4, -100), (40, -160))):
        c.soften(ellipse(1337 + dx, 60 + dy, 22 + i * 9, 18 + i * 6), HAZE, 14, 0.4 - i * 0.06)


def _lit_window(c: Canvas, x: float, y: float, width: float, height: float) -> None:
    c.fill(rect(x, y, width, height), GLOW, AMBER)
    c.glow(x + width / 2, y + 190, 240, CREAM, 0.7)
    for side, flip in ((x, False), (x + width, True)):
        drape = [(0, 0), *curve(points("72,0 66,120 50,220 58,300")), (0, 300)]
        c.fill(place(drape, side, y, 1, flip), mix(CLAY, AMBER, 0.35), CLAY)
    _lantern(c, x + width / 2, y + height)
    panes(c, x, y, width, height, mix(WOOD, NIGHT, 0.45), (2, 2))
    sill(c, x - 34, y + height + 12, width + 68, mix(WOOD, NIGHT, 0.3))
    c.fill(rounded(x - 34, y + height + 2, width + 68, 16, 8), mix(HAZE, CREAM, 0.6))


def _lantern(c: Canvas, x: float, y: float) -> None:
    c.fill(rect(x - 34, y - 104, 68, 92), CREAM, GLOW)
    c.fill(blob([(x, y - 84), (x + 11, y - 50), (x, y - 34), (x - 11, y - 50)]), AMBER)
    for part in (
        rect(x - 40, y - 14, 80, 14),
        [(x - 42, y - 102), (x - 18, y - 132), (x + 18, y - 132), (x + 42, y - 102)],
        rect(x - 36, y - 104, 6, 92),
        rect(x + 30, y - 104, 6, 92),
    ):
        c.fill(part, INK)
    c.fill(stroke(ellipse(x, y - 140, 15, 18, 170, 370), 5), INK)


def _drift(c: Canvas) -> None:
    drift = blob(points("-60,1060 -40,900 200,872 420,940 640,1010 600,1080"))
    c.fill(drift, mix(DUSK, HAZE, 0.35), INDIGO)
    c.fill_all(thicket(c, 30, 380, 940, 210, 7), mix(INK, PINE, 0.3))


def bus_stop_rain(c: Canvas) -> None:
    """Draw someone who waits in a lit bus shelter on a wet night."""
    sky(c, mix(INDIGO, NIGHT, 0.5), mix(DUSK, INDIGO, 0.4), mix(HAZE, ROSE, 0.3), foot=720)
    _skyline(c, 300, mix(DUSK, HAZE, 0.1), 0.06)
    _skyline(c, 430, mix(INDIGO, NIGHT, 0.35), 0.2)
    for _ in range(16):
        x, y, r = c.rng.uniform(0, 1600), c.rng.uniform(470, 640), c.rng.uniform(8, 26)
        c.soften(ellipse(x, y, r), c.rng.choice((AMBER, CLAY, GLOW, TEAL)), 3, 0.3)
    c.fill(rect(0, 690, 1600, 60), mix(INDIGO, NIGHT, 0.4))
    _shelter(c)
    seated(c, 690, 612, 1.08, TEAL, SKINS[2], NIGHT, INDIGO)
    c.fill(leaf(556, 704, 128, -72, 0.2), RUST)
    c.fill(stroke(points("594,588 606,546 618,536 628,546"), 6), WOOD)
    c.fill(rect(1210, 250, 12, 455), mix(DUSK, NIGHT, 0.4))
    c.fill(ellipse(1216, 250, 58), AMBER)
    c.fill(ellipse(1216, 250, 46), CREAM)
    c.fill(rounded(1186, 232, 60, 38, 8), TEAL)
    c.reflect(712, mix(INK, INDIGO, 0.4), 0.55, 3, 24)
    _wet_street(c)
    c.fill(rect(0, 702, 1600, 14), mix(HAZE, INK, 0.45))
    c.glow(740, 380, 720, AMBER, 0.3)
    rain(c, 420)


def _wet_street(c: Canvas) -> None:
    c.soften(points("430,730 1050,730 1220,900 260,900"), AMBER, 40, 0.22)
    for x in range(-60, 1700, 330):
        c.fill(place(points("0,0 150,0 136,9 -24,9"), x, 930), HAZE, opacity=0.4)
    rings = []
    for _ in range(34):
        x, near = c.rng.uniform(0, 1600), c.rng.random()
        size = 7 + 20 * near
        rings.append(ring(x, 740 + 240 * near, size, size * 0.26, 1.6))
    c.fill_all(rings, MIST, 0.4)


def _skyline(c: Canvas, top: float, colour: Colour, lit: float) -> None:
    x = -20.0
    while x < c.width:
        width, y = c.rng.uniform(90, 190), top + c.rng.uniform(-90, 110)
        c.fill(rect(x, y, width, 720 - y), colour, mix(colour, DUSK, 0.25))
        lights = [
            rect(wx, wy, 13, 18)
            for wx in range(int(x) + 18, int(x + width) - 24, 30)
            for wy in range(int(y) + 24, 660, 42)
            if c.rng.random() < lit
        ]
        c.fill_all(lights, AMBER, 0.75)
        x += width + c.rng.uniform(-12, 26)


def _shelter(c: Canvas) -> None:
    glass = rect(430, 322, 620, 384)
    c.fill(glass, mix(GLOW, CLAY, 0.25), mix(CLAY, INDIGO, 0.6), opacity=0.9)
    c.soften(points("470,330 1010,330 1090,700 390,700"), GLOW, 18, 0.35)
    poster = rect(880, 380, 140, 220)
    c.fill(poster, CREAM, MIST)
    with c.clip(poster):
        c.fill(ellipse(950, 470, 40), CLAY)
        c.fill(ridge(1600, 560, 20, c.rng, 12), TEAL)
    for x in (430, 738, 1040):
        c.fill(rect(x, 320, 12, 388), mix(INK, NIGHT, 0.5))
    c.fill(rounded(480, 606, 380, 18, 6), mix(WOOD, AMBER, 0.3))
    for x in (520, 810):
        c.fill(rect(x, 620, 12, 88), INK)
    c.fill(rounded(392, 282, 696, 42, 10), mix(INK, NIGHT, 0.4))
    c.fill(rect(430, 322, 620, 9), CREAM)
    c.glow(740, 330, 380, GLOW, 0.5)


def empty_swing(c: Canvas) -> None:
    """Draw a swing under a great tree, nobody on it, at sunset."""
    sky(c, mix(DUSK, CLAY, 0.35), mix(CLAY, ROSE, 0.5), mix(AMBER, ROSE, 0.3), GLOW, foot=780)
    sun(c, 560, 560, 120, GLOW, AMBER)
    for x, y, width in ((80, 220, 420), (760, 330, 330), (-60, 420, 240)):
        c.fill_all(cloud(x, y, width), CREAM, 0.22)
    birds(c, 250, 300, 5, mix(RUST, NIGHT, 0.4))
    hills(c, (mix(ROSE, CLAY, 0.55), mix(CLAY, RUST, 0.6), mix(RUST, DUSK, 0.35)), 640, 62, 60)
    meadow = blob(points("-200,1100 -200,880 300,850 900,800 1500,760 1900,800 1900,1100"))
    c.fill(meadow, mix(MOSS, CLAY, 0.4), mix(PINE, NIGHT, 0.3))
    c.soften(ellipse(850, 862, 150, 11), NIGHT, 8, 0.5)
    c.soften(points("1240,830 1470,830 1720,930 1480,960"), NIGHT, 14, 0.5)
    _swing_tree(c)
    for x in (722, 872):
        c.fill(stroke([(x + 6, 258), (x - 4, 500), (x, 742)], 5), NIGHT)
    c.fill(rounded(700, 736, 196, 17, 7), mix(WOOD, NIGHT, 0.35))
    c.fill(rect(704, 736, 188, 5), AMBER)
    grass(c, 985, 100, mix(PINE, NIGHT, 0.7))


def _swing_tree(c: Canvas) -> None:
    bark = mix(RUST, NIGHT, 0.72)
    trunk = blob(
        points(
            "1180,862 1262,790 1284,620 1266,420 1200,200 1440,180 "
            "1386,420 1392,620 1424,780 1530,850 1400,838 1340,856 1280,842"
        )
    )
    c.fill(trunk, bark)
    c.fill(stroke(points("1326,400 1256,290 1080,256 820,246 500,190"), 96, 18), bark)
    for limb in (
        [(1040, 250), (880, 186), (760, 60)],
        [(1300, 300), (1220, 140), (1150, 0)],
        [(1350, 300), (1480, 180), (1640, 120)],
    ):
        c.fill(stroke(limb, 40, 16), bark)
    c.shade(trunk, CLAY, 180, 0.5)
    crowns = [
        (1400, 60, 330, 170),
        (1080, 40, 240, 130),
        (800, 20, 220, 110),
        (1560, 210, 170, 130),
        (600, 120, 150, 80),
    ]
    foliage(c, crowns, mix(RUST, CLAY, 0.15), mix(RUST, NIGHT, 0.9), mix(CLAY, AMBER, 0.5), 140)
    loose = [
        leaf(c.rng.uniform(480, 1240), c.rng.uniform(260, 820), 24, c.rng.uniform(0, 180), 0.5)
        for _ in range(14)
    ]
    c.fill_all(loose, AMBER, 0.85)


def ladder_and_moon(c: Canvas) -> None:
    """Draw a ladder from a hilltop to the moon, and someone at its foot."""
    sky(c, NIGHT, INDIGO, mix(DUSK, INDIGO, 0.2), mix(HAZE, ROSE, 0.5))
    stars(c, 210, 640)
    c.glow(1080, 280, 700, HAZE, 0.4)
    c.glow(1060, 300, 330, AMBER, 0.3)
    moon = turn(place(crescent(165), 1106, 254), 118, (1106, 254))
    c.fill(moon, CREAM, GLOW)
    c.shade(moon, AMBER, 100, 0.7)
    for x, y, width in ((120, 240, 330), (1200, 500, 340), (300, 560, 260)):
        c.fill_all(cloud(x, y, width), HAZE, 0.35)
    hills(c, (mix(DUSK, HAZE, 0.3), mix(DUSK, INDIGO, 0.3), mix(INDIGO, INK, 0.3)), 730, 70, 80)
    c.soften(rect(-60, 810, 1720, 36), HAZE, 26, 0.4)
    _ladder(c, (620, 856), (1010, 352), 16)
    knoll = blob(points("-100,1100 40,930 330,850 600,838 900,880 1300,980 1700,1100"))
    c.fill(knoll, mix(PINE, INDIGO, 0.3), NIGHT)
    c.shade(knoll, mix(HAZE, TEAL, 0.5), -60, 0.3)
    walker(c, 600, 872, 0.66, CLAY, SKINS[1], NIGHT, reach=True)
    c.fill_all(thicket(c, 1120, 1620, 1010, 230, 9), NIGHT)
    grass(c, 990, 60, NIGHT, 160)


def _ladder(c: Canvas, foot: tuple[float, float], top: tuple[float, float], rungs: int) -> None:
    wood = mix(AMBER, CREAM, 0.25)
    for share in [i / rungs for i in range(1, rungs)]:
        x, y = foot[0] + (top[0] - foot[0]) * share, foot[1] + (top[1] - foot[1]) * share
        half = 34 - 14 * share
        c.fill(
            stroke([(x - half, y - half * 0.35), (x + half, y + half * 0.35)], 8 - 3 * share), wood
        )
    for side in (-1, 1):
        rail = [(foot[0] + side * 34, foot[1] + side * 12), (top[0] + side * 20, top[1] + side * 7)]
        c.fill(stroke(rail, 10, 6), mix(wood, CLAY, 0.25 if side > 0 else 0))
