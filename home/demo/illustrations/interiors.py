"""Scenes in a consulting room, a waiting room and a study."""

from .canvas import Canvas
from .figures import seated_front, seen_from_behind
from .furniture import armchair, books, clock, cup, potted_plant, tall_plant
from .geometry import arch, blob, ellipse, move, place, points, rect, ring, rounded, stroke, turn
from .nature import hills, sky, spray, stars, steam, sun
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
    SKINS,
    TEAL,
    WOOD,
    Colour,
    mix,
)
from .room import curtains, floor, floor_lamp, panes, picture, sill


def two_chairs(c: Canvas) -> None:
    """Draw two armchairs turned to each other before a tall window at dusk."""
    c.fill(rect(0, 0, 1600, 720), mix(TEAL, PINE, 0.45), mix(TEAL, MIST, 0.15))
    c.fill(rect(0, 690, 1600, 30), mix(TEAL, PINE, 0.6))
    floor(c, 720, mix(WOOD, NIGHT, 0.35), mix(WOOD, CLAY, 0.35), NIGHT)
    c.fill(arch(544, 64, 512, 592), mix(WOOD, NIGHT, 0.4))
    view = arch(560, 80, 480, 560)
    with c.clip(view):
        sky(c, mix(DUSK, ROSE, 0.4), mix(ROSE, AMBER, 0.35), GLOW, foot=560)
        sun(c, 860, 440, 54, GLOW, AMBER)
        hills(
            c, (mix(HAZE, ROSE, 0.5), mix(DUSK, ROSE, 0.3), mix(INDIGO, PINE, 0.4)), 480, 50, 60, 9
        )
    for bar in (rect(796, 80, 8, 560), rect(560, 318, 480, 8), rect(560, 470, 480, 8)):
        c.fill(bar, mix(WOOD, NIGHT, 0.4))
    sill(c, 530, 638, 540, mix(WOOD, CLAY, 0.2))
    c.fill(ellipse(800, 890, 640, 84), mix(RUST, CLAY, 0.3), mix(RUST, NIGHT, 0.3))
    c.fill(ring(800, 890, 590, 70, 5), mix(CREAM, CLAY, 0.4))
    c.soften(points("600,735 1000,735 1240,1000 360,1000"), AMBER, 24, 0.24)
    _pictures(c)
    tall_plant(c, 128, 850, 1.15, mix(CREAM, CLAY, 0.4), mix(MOSS, PINE, 0.3))
    floor_lamp(c, 1450, 850, 560, NIGHT)
    armchair(c, 420, 890, 1.02, CLAY)
    armchair(c, 1180, 890, 1.02, mix(SAGE, MOSS, 0.35), flip=True)
    _side_table(c, 800, 880)


def _pictures(c: Canvas) -> None:
    with c.clip(picture(c, 200, 210, 210, 260, mix(WOOD, NIGHT, 0.4), CREAM)):
        c.fill(ellipse(326, 310, 42), CLAY)
        c.fill(blob(points("140,372 284,344 470,390 460,560 150,560")), SAGE)
        c.fill(blob(points("140,420 284,410 470,424 460,560 150,560")), TEAL)
    with c.clip(picture(c, 1180, 170, 170, 210, mix(WOOD, NIGHT, 0.4), CREAM)):
        c.fill(ellipse(1265, 262, 50), mix(ROSE, CREAM, 0.3))
        c.fill_all(spray(1252, 380, 150, 30, 52), mix(TEAL, PINE, 0.3))


def _side_table(c: Canvas, x: float, y: float) -> None:
    dark = mix(WOOD, NIGHT, 0.4)
    c.soften(ellipse(x, y, 120, 12), NIGHT, 8, 0.5)
    for side in (-1, 1):
        c.fill(stroke([(x + side * 30, y - 130), (x + side * 78, y)], 12, 8), dark)
    c.fill(stroke([(x, y - 130), (x, y + 8)], 12, 8), dark)
    c.fill(ellipse(x, y - 136, 132, 20), dark)
    c.fill(ellipse(x, y - 143, 132, 20), mix(WOOD, AMBER, 0.3), WOOD, 0)
    c.fill_all(
        [
            place(s, x + 8, y - 196, 0.62)
            for s in spray(0, 0, 190, 40, 70) + spray(-4, 0, 150, -56, 60)
        ],
        mix(MOSS, SAGE, 0.3),
    )
    c.fill(
        blob(
            [
                (x - 16, y - 206),
                (x + 30, y - 206),
                (x + 40, y - 162),
                (x + 24, y - 144),
                (x - 10, y - 144),
                (x - 26, y - 162),
            ]
        ),
        mix(CREAM, ROSE, 0.3),
        mix(ROSE, RUST, 0.4),
        0,
    )
    cup(c, x - 74, y - 140, 40, CREAM, TEAL)
    cup(c, x + 82, y - 140, 40, mix(AMBER, CLAY, 0.3))


def night_desk(c: Canvas) -> None:
    """Draw someone who writes by lamplight at a window full of night."""
    c.fill(rect(0, 0, 1600, 1000), mix(INDIGO, INK, 0.5), mix(INDIGO, WOOD, 0.35))
    with c.clip(rect(150, 70, 820, 560)):
        sky(c, NIGHT, INDIGO, mix(DUSK, ROSE, 0.25), foot=640)
        stars(c, 90, 420)
        c.glow(330, 220, 300, HAZE, 0.5)
        c.fill(ellipse(330, 220, 58), CREAM, GLOW)
        c.shade(ellipse(330, 220, 58), HAZE, 45, 0.6)
        _rooftops(c)
    panes(c, 150, 70, 820, 560, mix(WOOD, NIGHT, 0.5), (3, 1), 18)
    sill(c, 112, 640, 896, mix(WOOD, NIGHT, 0.3), 20)
    potted_plant(c, 862, 642, 0.72, mix(CLAY, NIGHT, 0.15), mix(MOSS, PINE, 0.4))
    curtains(c, 40, 34, 1040, 720, 190, mix(RUST, NIGHT, 0.35))
    _notes(c)
    desk = rect(0, 742, 1600, 258)
    c.fill(desk, mix(WOOD, CLAY, 0.3), mix(WOOD, NIGHT, 0.5))
    c.fill(rect(0, 742, 1600, 6), mix(CLAY, AMBER, 0.4))
    _desk_lamp(c, 1230, 770)
    books(c, 1350, 800, ((210, 38, TEAL), (180, 30, CLAY), (196, 34, mix(SAGE, MOSS, 0.4))))
    cup(c, 330, 800, 84, mix(TEAL, INK, 0.2), AMBER)
    steam(c, 330, 716, 150, CREAM)
    _notebook(c)
    seen_from_behind(c, 690, 1010, 1.02, mix(CLAY, RUST, 0.3), SKINS[1], mix(WOOD, NIGHT, 0.75))
    c.glow(1040, 700, 700, AMBER, 0.35)


def _rooftops(c: Canvas) -> None:
    for base, tint in ((500, mix(DUSK, INDIGO, 0.4)), (560, mix(INDIGO, NIGHT, 0.45))):
        x = 100.0
        while x < 1000:
            width, top = c.rng.uniform(80, 150), base - c.rng.uniform(0, 80)
            c.fill(
                [
                    (x, 700),
                    (x, top),
                    (x + width / 2, top - width * 0.4),
                    (x + width, top),
                    (x + width, 700),
                ],
                tint,
            )
            lit = [
                rect(x + width * s, top + 22, 15, 20) for s in (0.25, 0.6) if c.rng.random() < 0.4
            ]
            c.fill_all(lit, AMBER, 0.9)
            x += width


def _notes(c: Canvas) -> None:
    tints = (CREAM, ROSE, MIST, SAGE, CREAM)
    places = points("1200,190 1350,160 1490,214 1280,352 1440,380")
    for i, ((x, y), tint) in enumerate(zip(places, tints, strict=True)):
        tilt = (-4, 5, 2, 6, -3)[i]
        note = turn(rect(x - 54, y - 64, 108, 124), tilt, (x, y))
        c.soften(move(note, 6, 8), NIGHT, 6, 0.4)
        c.fill(note, mix(tint, INDIGO, 0.35), mix(tint, CLAY, 0.2))
        lines = [rect(x - 36, y - 30 + j * 20, 72 - 18 * ((i + j) % 3), 4) for j in range(4)]
        c.fill_all([turn(line, tilt, (x, y)) for line in lines], INDIGO, 0.4)
        c.fill(ellipse(x, y - 50, 6), CLAY)


def _desk_lamp(c: Canvas, x: float, y: float) -> None:
    c.soften(points("1010,540 1150,596 1190,800 700,800"), GLOW, 22, 0.34)
    c.soften(ellipse(960, 800, 330, 46), GLOW, 26, 0.6)
    c.fill(ellipse(x, y, 84, 15), NIGHT)
    c.fill(stroke([(x, y - 4), (x + 66, y - 190), (x - 90, y - 320)], 13), NIGHT)
    c.fill(ellipse(x + 50, y - 196, 15), mix(CLAY, NIGHT, 0.2))
    shade = [(x - 130, y - 352), (x - 74, y - 322), (x - 74, y - 170), (x - 230, y - 244)]
    c.fill(ellipse(x - 152, y - 206, 74, 26), GLOW)
    c.fill(blob([*shade[:2], (x - 62, y - 240), *shade[2:], (x - 196, y - 318)]), CLAY, RUST, 0)
    c.glow(x - 160, y - 190, 260, GLOW, 0.75)


def _notebook(c: Canvas) -> None:
    c.soften(blob(points("850,800 1110,800 1160,870 830,870")), NIGHT, 10, 0.5)
    c.fill(points("862,790 978,796 968,860 812,852"), CREAM, mix(CREAM, GLOW, 0.5))
    c.fill(points("978,796 1090,790 1132,852 968,860"), mix(CREAM, GLOW, 0.3), CREAM)
    lines = [
        stroke([(872 - i * 9, 804 + i * 11), (962 - i * 2, 808 + i * 11)], 2) for i in range(4)
    ]
    c.fill_all(lines, INDIGO, 0.55)
    c.fill(stroke([(1010, 832), (1084, 806)], 6, 3), NIGHT)


def waiting_room(c: Canvas) -> None:
    """Draw a row of chairs in a quiet room, one of them taken, a door left ajar."""
    c.fill(rect(0, 0, 1600, 740), mix(SAGE, TEAL, 0.45), mix(SAGE, MIST, 0.4))
    c.fill(rect(0, 470, 1600, 270), mix(TEAL, PINE, 0.15), mix(TEAL, PINE, 0.4))
    c.fill(rect(0, 462, 1600, 12), mix(CREAM, SAGE, 0.4))
    floor(c, 740, mix(CLAY, WOOD, 0.5), mix(ROSE, CLAY, 0.4), WOOD)
    _open_door(c)
    clock(c, 560, 220, 84, mix(WOOD, NIGHT, 0.3), CREAM, (310, 60))
    _pictures_in_row(c)
    tall_plant(c, 120, 850, 1.1, mix(CLAY, RUST, 0.3), mix(MOSS, PINE, 0.25))
    for i in range(5):
        _waiting_chair(c, 330 + i * 176, 860, mix(CLAY, AMBER, 0.15 * (i % 2)))
    seated_front(c, 682, 752, 1.0, mix(INDIGO, DUSK, 0.4), SKINS[3], mix(NIGHT, WOOD, 0.3))
    c.soften(points("1266,800 1370,800 1260,1010 900,1010"), GLOW, 16, 0.45)


def _pictures_in_row(c: Canvas) -> None:
    for x in (760, 960):
        sheet = picture(c, x, 130, 150, 180, mix(WOOD, CLAY, 0.3), CREAM)
        with c.clip(sheet):
            c.fill_all(
                spray(x + 75, 300, 130, 20 if x < 900 else -24, 40), TEAL if x < 900 else CLAY
            )


def _open_door(c: Canvas) -> None:
    c.fill(rect(1236, 120, 244, 664), mix(CREAM, WOOD, 0.25))
    c.fill(rect(1256, 140, 204, 644), GLOW, mix(AMBER, CREAM, 0.4))
    c.glow(1330, 470, 520, GLOW, 0.5)
    leaf_ = points("1460,140 1374,164 1374,812 1460,784")
    c.fill(leaf_, mix(CLAY, RUST, 0.3), mix(RUST, WOOD, 0.3))
    c.shade(leaf_, NIGHT, 0, 0.5)
    c.fill(ellipse(1388, 480, 8), AMBER)


def _waiting_chair(c: Canvas, x: float, y: float, colour: Colour) -> None:
    c.soften(ellipse(x, y + 60, 84, 12), NIGHT, 8, 0.4)
    for side in (-1, 1):
        c.fill(stroke([(x + side * 58, y - 100), (x + side * 64, y + 60)], 10), INK)
    back = rounded(x - 72, y - 268, 144, 130, 34)
    c.fill(back, colour)
    c.shade(back, mix(colour, NIGHT, 0.5), 90, 0.6)
    seat = rounded(x - 78, y - 122, 156, 42, 18)
    c.fill(seat, mix(colour, CREAM, 0.15))
    c.shade(seat, mix(colour, NIGHT, 0.5), 90, 0.7)
