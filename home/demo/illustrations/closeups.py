"""Scenes of small things, seen from near."""

from collections.abc import Callable

from .canvas import Canvas
from .figures import cat
from .furniture import clock, shelf_books
from .geometry import (
    Point,
    Shape,
    blob,
    curve,
    ellipse,
    move,
    place,
    points,
    rect,
    ring,
    rounded,
    stroke,
    turn,
)
from .nature import leaf, spray, steam
from .palette import (
    AMBER,
    CLAY,
    CREAM,
    DUSK,
    GLOW,
    HAZE,
    INDIGO,
    INK,
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
from .room import sill


def hands_and_cup(c: Canvas) -> None:
    """Draw two hands around a steaming cup."""
    c.fill(rect(0, 0, 1600, 1000), mix(INDIGO, DUSK, 0.3), mix(RUST, INDIGO, 0.45))
    for _ in range(22):
        x, y, r = c.rng.uniform(0, 1600), c.rng.uniform(0, 620), c.rng.uniform(20, 64)
        c.soften(ellipse(x, y, r), c.rng.choice((AMBER, CLAY, ROSE, GLOW)), 4, 0.16)
    knit = mix(SAGE, TEAL, 0.45)
    _jumper(c, knit)
    c.fill(rect(0, 868, 1600, 132), mix(WOOD, CLAY, 0.35), mix(WOOD, NIGHT, 0.4))
    c.fill(rect(0, 868, 1600, 6), mix(CLAY, AMBER, 0.4))
    c.soften(ellipse(800, 906, 420, 24), NIGHT, 14, 0.5)
    _big_cup(c, 800, 906)
    for flip in (False, True):
        _hand(c, 800, knit, SKINS[2], flip)
    c.glow(800, 560, 420, AMBER, 0.4)
    steam(c, 800, 570, 420, CREAM)


def _jumper(c: Canvas, knit: Colour) -> None:
    body = blob(
        points("400,1020 330,600 350,240 560,30 800,-20 1040,30 1250,240 1270,600 1200,1020")
    )
    c.fill(body, mix(knit, NIGHT, 0.2), mix(knit, NIGHT, 0.5))
    c.fill(blob(points("640,-40 690,70 800,110 910,70 960,-40")), mix(SKINS[2], NIGHT, 0.25))
    c.fill(stroke(points("628,-20 686,92 800,136 914,92 972,-20"), 52), mix(knit, CREAM, 0.1))
    with c.clip(body):
        ribs = [stroke([(x, 1000), (x + (800 - x) * 0.12, 120)], 3) for x in range(380, 1260, 44)]
        c.fill_all(ribs, NIGHT, 0.16)
    for flip in (False, True):
        arm = place(
            stroke(points("-330,-1010 -520,-560 -560,-180 -340,-110"), 270, 170), 800, 880, 1, flip
        )
        c.fill(arm, mix(knit, CREAM, 0.06), mix(knit, NIGHT, 0.3))
        c.shade(arm, mix(knit, NIGHT, 0.6), 0 if flip else 180, 0.5)


def _big_cup(c: Canvas, x: float, y: float) -> None:
    side = curve(points("168,-330 164,-160 146,-40 100,0"), 10)
    body = place([*side, *[(-px, py) for px, py in reversed(side)]], x, y)
    c.fill(body, mix(CREAM, ROSE, 0.1))
    with c.clip(body):
        c.fill(rect(x - 200, y - 92, 400, 30), CLAY)
        c.fill(rect(x - 200, y - 50, 400, 10), CLAY)
    c.shade(body, mix(HAZE, CLAY, 0.5), 0, 0.5)
    c.fill(ellipse(x, y - 330, 168, 32), mix(CREAM, HAZE, 0.3))
    c.fill(ellipse(x, y - 327, 152, 25), mix(WOOD, RUST, 0.3))
    c.fill(ellipse(x - 20, y - 322, 110, 14), mix(CLAY, AMBER, 0.4), opacity=0.5)


def _hand(c: Canvas, axis: float, sleeve: Colour, skin: Colour, flip: bool) -> None:
    """Draw the left hand around the cup, or its mirror image across *axis*."""

    def at(shape: Shape) -> Shape:
        return place(shape, axis, 900, 1, flip)

    deep = mix(skin, RUST, 0.55)
    palm = at(blob(points("-330,-180 -250,-276 -170,-286 -120,-220 -122,-90 -190,-44 -310,-60")))
    c.fill(palm, skin)
    c.shade(palm, deep, 30 if flip else 150, 0.45)
    for i in range(4):
        y, reach = -238 + i * 50, (-58, -44, -50, -68)[i]
        finger = [(-196, y + 8), (-100, y - 6), (reach, y + 6)]
        knuckle = (-146, y + 4)
        c.fill(at(stroke([(px, py + 6) for px, py in (knuckle, *finger[1:])], 50, 44)), deep)
        tip = mix(skin, CREAM, 0.16 - 0.03 * i)
        c.fill(at(stroke(finger, 50, 42)), skin, tip, 180 if flip else 0)
        c.fill(at(rounded(reach - 8, y - 7, 22, 24, 10)), mix(skin, CREAM, 0.42))
    thumb = [(-250, -232), (-196, -300), (-118, -322)]
    c.fill(at(stroke([(px + 3, py + 6) for px, py in thumb], 58, 44)), deep)
    c.fill(at(stroke(thumb, 56, 42)), mix(skin, CREAM, 0.1))
    c.fill(at(turn(rounded(-128, -336, 24, 22, 10), -14, (-116, -326))), mix(skin, CREAM, 0.42))
    cuff = at(stroke([(-392, -226), (-346, -130), (-352, -34)], 84))
    c.fill(cuff, mix(sleeve, CREAM, 0.1))
    c.shade(cuff, mix(sleeve, NIGHT, 0.6), 90, 0.7)


def letters(c: Canvas) -> None:
    """Draw letters, a postcard and a pen on a table, seen from above in evening light."""
    c.fill(rect(0, 0, 1600, 1000), mix(PINE, TEAL, 0.25), mix(PINE, INDIGO, 0.5))
    grain = [
        stroke([(0, y), (800, y + c.rng.uniform(-8, 8)), (1600, y)], 2)
        for y in range(166, 1000, 166)
    ]
    c.fill_all(grain, NIGHT, 0.5)
    _envelope(c, 330, 720, -14, CREAM)
    _postcard(c, 1250, 290, 9)
    _envelope(c, 1230, 760, 12, mix(ROSE, CREAM, 0.3))
    _open_letter(c, 760, 500, -5)
    _cup_from_above(c, 270, 250)
    c.soften(stroke([(1010, 600), (1190, 500)], 18), NIGHT, 8, 0.5)
    c.fill(stroke([(996, 596), (1170, 496)], 18, 16), CLAY)
    c.fill(stroke([(996, 596), (962, 616)], 14, 2), AMBER)
    twig = [turn(s, 58, (0, 0)) for s in spray(0, 0, 300, 40, 92)]
    c.fill_all([move(s, 566, 190) for s in twig], NIGHT, 0.3)
    c.fill_all([move(s, 560, 178) for s in twig], mix(SAGE, MOSS, 0.3))
    for x in (-60, 360, 980, 1400):
        c.soften([(x, -40), (x + 330, -40), (x - 90, 1040), (x - 420, 1040)], AMBER, 14, 0.16)
    c.glow(1380, -60, 1100, AMBER, 0.35)


def _sheet(
    c: Canvas, x: float, y: float, size: Point, tilt: float, colour: Colour
) -> Callable[[Shape], Shape]:
    """Lay a tilted piece of paper with its shadow; return how to place shapes on it."""

    def at(shape: Shape) -> Shape:
        return move(turn(shape, tilt, (0, 0)), x, y)

    width, height = size
    paper = at(rounded(-width / 2, -height / 2, width, height, 6))
    c.soften(move(paper, -14, 18), NIGHT, 12, 0.55)
    c.fill(paper, colour, mix(colour, HAZE, 0.25), 120)
    return at


def _envelope(c: Canvas, x: float, y: float, tilt: float, paper: Colour) -> None:
    at = _sheet(c, x, y, (470, 310), tilt, paper)
    for stripe in range(12):
        tint = CLAY if stripe % 2 else TEAL
        c.fill(
            at(
                [
                    (-229 + stripe * 38, -149),
                    (-205 + stripe * 38, -149),
                    (-211 + stripe * 38, -135),
                    (-235 + stripe * 38, -135),
                ]
            ),
            tint,
        )
    stamp = at(rect(120, -116, 84, 100))
    c.fill(stamp, mix(CREAM, GLOW, 0.5))
    c.fill(at(rect(128, -108, 68, 84)), mix(TEAL, SAGE, 0.3))
    c.fill(at(ellipse(162, -76, 20)), AMBER)
    c.fill(at(points("128,-24 150,-52 170,-38 196,-60 196,-24")), PINE)
    waves = [
        at(
            stroke(
                [(40, -92 + i * 16), (70, -98 + i * 16), (100, -86 + i * 16), (130, -92 + i * 16)],
                3,
            )
        )
        for i in range(4)
    ]
    c.fill_all(waves, INK, 0.5)
    lines = [at(stroke([(-120, 8 + i * 34), (90 - i * 46, 8 + i * 34)], 6)) for i in range(3)]
    c.fill_all(lines, INK, 0.65)


def _open_letter(c: Canvas, x: float, y: float, tilt: float) -> None:
    at = _sheet(c, x, y, (560, 380), tilt, mix(CLAY, ROSE, 0.3))
    c.fill(at([(-280, -186), (0, -366), (280, -186)]), mix(CLAY, ROSE, 0.15))
    c.fill(at([(-262, -186), (0, -346), (262, -186)]), mix(RUST, CLAY, 0.3))
    page = at(rect(-236, -380, 472, 460))
    c.soften(page, NIGHT, 8, 0.3)
    c.fill(page, CREAM, mix(CREAM, GLOW, 0.5))
    words = []
    for i in range(8):
        left = -196.0
        while left < (160 if i not in (0, 7) else -40):
            length = c.rng.uniform(26, 78)
            line = -330 + i * 34
            words.append(
                at(
                    stroke(
                        [(left, line), (left + length * 0.5, line - 4), (left + length, line)], 4
                    )
                )
            )
            left += length + 14
    c.fill_all(words, INDIGO, 0.75)
    front = mix(CLAY, ROSE, 0.3)
    for side in (-1, 1):
        c.fill(at([(side * 280, -186), (side * 280, 190), (0, 20)]), mix(front, RUST, 0.18))
    pocket = at(points("-280,190 -30,-6 0,-16 30,-6 280,190"))
    c.soften(move(pocket, 0, -6), NIGHT, 7, 0.3)
    c.fill(pocket, front, mix(front, CREAM, 0.15))


def _postcard(c: Canvas, x: float, y: float, tilt: float) -> None:
    at = _sheet(c, x, y, (430, 300), tilt, CREAM)
    picture = at(rect(-197, -132, 394, 264))
    with c.clip(picture):
        c.fill(picture, mix(DUSK, ROSE, 0.4), GLOW)
        c.fill(at(ellipse(60, 10, 46)), CREAM)
        for i, tint in enumerate(
            (mix(ROSE, DUSK, 0.4), mix(DUSK, INDIGO, 0.3), mix(INDIGO, PINE, 0.5))
        ):
            crest = curve(
                [(-220, 30 + i * 34), (-90, -6 + i * 40), (40, 44 + i * 30), (220, 8 + i * 42)]
            )
            c.fill(at([*crest, (220, 160), (-220, 160)]), tint)


def _cup_from_above(c: Canvas, x: float, y: float) -> None:
    c.soften(ellipse(x - 20, y + 26, 158), NIGHT, 16, 0.5)
    c.fill(ellipse(x, y, 158), mix(CREAM, SAGE, 0.25), mix(CREAM, HAZE, 0.4), 120)
    c.fill(ring(x, y, 132, 132, 4), mix(SAGE, TEAL, 0.4))
    c.fill(stroke([(x + 70, y + 60), (x + 138, y + 118)], 28), mix(CREAM, HAZE, 0.25))
    c.fill(ellipse(x, y, 96), CREAM)
    c.fill(ellipse(x, y, 84), mix(WOOD, NIGHT, 0.2), mix(WOOD, CLAY, 0.4), 120)
    c.fill(stroke(ellipse(x, y, 66, 66, 200, 280), 7), mix(CLAY, AMBER, 0.5), opacity=0.6)


def clock_and_cat(c: Canvas) -> None:
    """Draw a cat on a shelf beside a big clock, in late light."""
    c.fill(rect(0, 0, 1600, 1000), mix(CLAY, RUST, 0.35), mix(RUST, INDIGO, 0.35))
    for dx, dy in ((0, 0), (260, 0), (0, 300), (260, 300)):
        pane = [
            (700 + dx, 90 + dy * 0.95 + dx * 0.12),
            (930 + dx, 118 + dy * 0.95 + dx * 0.12),
            (900 + dx, 380 + dy * 0.95 + dx * 0.12),
            (670 + dx, 352 + dy * 0.95 + dx * 0.12),
        ]
        c.soften(pane, AMBER, 5, 0.5)
    clock(c, 430, 296, 196, mix(WOOD, NIGHT, 0.45), GLOW, (228, 210))
    c.soften(
        blob(points("960,700 990,420 1110,340 1230,460 1250,700")), mix(RUST, NIGHT, 0.6), 20, 0.5
    )
    sill(c, 110, 720, 1380, mix(WOOD, CLAY, 0.2), 30)
    end = shelf_books(
        c,
        190,
        720,
        (
            (46, 170, TEAL),
            (38, 196, CREAM),
            (54, 150, mix(SAGE, MOSS, 0.4)),
            (34, 184, INDIGO),
            (48, 160, AMBER),
        ),
    )
    leaning = place(points("0,0 40,0 40,-178 0,-178"), 0, 0)
    c.fill(
        move(turn(leaning, -14, (0, 0)), end + 46, 722), mix(ROSE, CREAM, 0.3), mix(ROSE, RUST, 0.3)
    )
    _trailing_plant(c, 1370, 720)
    cat(c, 1010, 724, 1.5, mix(NIGHT, INDIGO, 0.3), mix(CLAY, AMBER, 0.35))
    c.glow(820, 330, 900, AMBER, 0.25)


def _trailing_plant(c: Canvas, x: float, y: float) -> None:
    pot = [(x - 66, y - 112), (x + 66, y - 112), (x + 48, y), (x - 48, y)]
    c.fill(pot, mix(TEAL, PINE, 0.2))
    c.shade(pot, NIGHT, 0, 0.6)
    for reach, fall in ((-130, 240), (-92, 150), (100, 200), (138, 110), (72, 290)):
        vine = curve(
            [
                (x + reach * 0.2, y - 112),
                (x + reach * 0.7, y - 150),
                (x + reach, y - 60),
                (x + reach * 0.96, y + fall),
            ],
            7,
        )
        c.fill(stroke([vine[0], vine[7], vine[14], vine[-1]], 5, 3), mix(MOSS, PINE, 0.4))
        for i, (px, py) in enumerate(vine[2:]):
            tint = mix(MOSS, SAGE if i % 2 else PINE, 0.35)
            c.fill(leaf(px, py, 40, 150 if i % 2 else 20, 0.62), tint)
