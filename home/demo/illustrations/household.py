"""Scenes in a kitchen and a bedroom."""

from .canvas import Canvas
from .furniture import books, chair, cup, potted_plant
from .geometry import blob, curve, ellipse, points, rect, ring, rounded, stroke
from .nature import foliage, hills, sky, spray, steam, sun
from .palette import (
    AMBER,
    CLAY,
    CREAM,
    DUSK,
    GLOW,
    HAZE,
    INDIGO,
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
    mix,
)
from .room import curtains, floor, panes, pendant, picture, sill


def kitchen_table(c: Canvas) -> None:
    """Draw a kitchen table laid for two in the morning light."""
    c.fill(rect(0, 0, 1600, 760), mix(CREAM, SAGE, 0.42), mix(CREAM, ROSE, 0.25))
    floor(c, 760, mix(CLAY, WOOD, 0.6), mix(CLAY, ROSE, 0.3), WOOD)
    with c.clip(rect(150, 90, 400, 390)):
        sky(c, mix(MIST, CREAM, 0.3), CREAM, mix(GLOW, CREAM, 0.4), foot=400)
        c.glow(450, 220, 300, GLOW, 0.7)
        hills(c, (mix(MIST, SAGE, 0.5), SAGE), 340, 50, 50, 9)
        foliage(c, [(190, 440, 110, 90), (510, 470, 90, 70)], MOSS, PINE, SAGE, -40)
    panes(c, 150, 90, 400, 390, mix(CREAM, WOOD, 0.15), (2, 2), 18)
    sill(c, 112, 496, 476, mix(CREAM, WOOD, 0.25))
    for i, size in enumerate((0.46, 0.36)):
        potted_plant(c, 250 + i * 105, 498, size, (CLAY, TEAL, AMBER)[i], mix(MOSS, SAGE, 0.15 * i))
    curtains(c, 92, 62, 516, 400, 110, mix(ROSE, CREAM, 0.3))
    for x in (250, 446):
        c.soften([(x, 800), (x + 170, 800), (x + 280, 980), (x + 90, 980)], GLOW, 6, 0.45)
    _kitchen_shelves(c)
    chair(c, 400, 905, 1.08, mix(TEAL, PINE, 0.2))
    chair(c, 1270, 905, 1.08, mix(TEAL, PINE, 0.2), flip=True)
    _laid_table(c)
    pendant(c, 835, 300, 240, mix(CLAY, RUST, 0.3))
    c.glow(835, 310, 330, GLOW, 0.45)


def _kitchen_shelves(c: Canvas) -> None:
    for y in (230, 390):
        c.soften(rect(1090, y + 16, 420, 22), WOOD, 10, 0.4)
        c.fill(rounded(1080, y, 440, 18, 5), mix(WOOD, CLAY, 0.4))
    for i, tint in enumerate((CLAY, CREAM, TEAL, SAGE)):
        x, tall = 1110 + i * 68, 76 + (i * 29) % 38
        jar = rounded(x, 230 - tall, 52, tall, 10)
        c.fill(jar, mix(tint, CREAM, 0.15))
        c.shade(jar, mix(tint, WOOD, 0.5), 0, 0.6)
        c.fill(rounded(x + 3, 222 - tall, 46, 14, 4), WOOD)
    for i in range(5):
        plate = ellipse(1180, 330, 58) if i == 0 else rounded(1270, 390 - i * 16, 96, 12, 6)
        c.fill(plate, mix(CREAM, MIST, 0.3 + 0.1 * (i % 2)))
    c.fill(ring(1180, 330, 42, 42, 4), TEAL)
    cup(c, 1430, 390, 60, AMBER)
    potted_plant(c, 1450, 230, 0.45, mix(CREAM, WOOD, 0.2))


def _laid_table(c: Canvas) -> None:
    c.soften(ellipse(835, 912, 430, 22), NIGHT, 16, 0.4)
    wood = mix(WOOD, CLAY, 0.35)
    for x, foot in ((520, 506), (1150, 1164)):
        c.fill(stroke([(x, 690), (foot, 908)], 30, 18), mix(wood, NIGHT, 0.3))
    c.fill(rounded(440, 660, 790, 34, 10), mix(wood, AMBER, 0.25), wood, 0)
    c.fill(rect(460, 694, 750, 26), mix(wood, NIGHT, 0.35))
    c.fill(
        [*curve([(690, 660), (980, 660)], 2), (992, 756), (678, 756)],
        mix(CREAM, ROSE, 0.1),
        mix(CREAM, HAZE, 0.35),
    )
    c.fill_all([rect(680, 728, 310, 6), rect(680, 740, 310, 3)], CLAY, 0.8)
    for x, flip in ((570, 1), (1100, -1)):
        c.fill(ellipse(x, 659, 62, 9), mix(CREAM, MIST, 0.5))
        c.fill(ellipse(x, 656, 56, 6), CREAM)
        cup(c, x + flip * 90, 660, 54, TEAL if flip > 0 else CLAY, CREAM)
        steam(c, x + flip * 90, 606, 110, CREAM)
    _teapot(c, 770, 660)
    for x, y in ((880, 632), (912, 628), (944, 632), (896, 608), (928, 606)):
        c.fill(ellipse(x, y, 21), mix(AMBER, CLAY, 0.35))
        c.shade(ellipse(x, y, 21), RUST, 45, 0.6)
    bowl = [*ellipse(912, 628, 74, 36, 0, 180)]
    c.fill(bowl, mix(TEAL, MIST, 0.4), TEAL, 0)
    c.fill(rect(888, 656, 48, 6), TEAL)


def _teapot(c: Canvas, x: float, y: float) -> None:
    tint = mix(CREAM, SAGE, 0.35)
    c.fill(stroke([(x - 40, y - 40), (x - 86, y - 66), (x - 96, y - 98)], 22, 13), tint)
    c.fill(ring(x + 58, y - 50, 34, 32, 11), mix(tint, MOSS, 0.3))
    body = blob(
        [
            (x - 62, y - 50),
            (x - 38, y - 96),
            (x + 38, y - 96),
            (x + 62, y - 50),
            (x + 40, y - 2),
            (x - 40, y - 2),
        ]
    )
    c.fill(body, tint)
    c.shade(body, MOSS, 20, 0.6)
    c.fill(ellipse(x, y - 97, 36, 9), mix(tint, MOSS, 0.3))
    c.fill(ellipse(x, y - 108, 10), CLAY)


def bedroom_dawn(c: Canvas) -> None:
    """Draw someone asleep under a blanket like hills, the first light in the window."""
    c.fill(rect(0, 0, 1600, 820), mix(DUSK, INDIGO, 0.35), mix(DUSK, ROSE, 0.45))
    floor(c, 820, mix(INDIGO, WOOD, 0.4), mix(DUSK, WOOD, 0.5), NIGHT)
    with c.clip(rect(760, 100, 480, 430)):
        sky(c, mix(DUSK, HAZE, 0.5), ROSE, mix(AMBER, GLOW, 0.5), foot=480)
        sun(c, 1010, 420, 50, CREAM, AMBER)
        hills(
            c, (mix(HAZE, ROSE, 0.5), mix(DUSK, ROSE, 0.35), mix(DUSK, INDIGO, 0.4)), 440, 40, 50, 9
        )
    panes(c, 760, 100, 480, 430, mix(CREAM, HAZE, 0.4), (2, 1), 16)
    sill(c, 724, 546, 552, mix(CREAM, HAZE, 0.5))
    curtains(c, 668, 66, 664, 590, 150, mix(ROSE, HAZE, 0.4))
    c.glow(1010, 400, 700, AMBER, 0.35)
    sheet = picture(c, 400, 210, 170, 210, mix(WOOD, NIGHT, 0.2), mix(CREAM, HAZE, 0.4))
    with c.clip(sheet):
        c.fill(ellipse(485, 300, 36), mix(ROSE, HAZE, 0.3))
        c.fill_all(spray(470, 420, 110, 22, 44), mix(TEAL, DUSK, 0.4))
    _night_stand(c)
    _bed(c)
    c.soften(points("790,580 1210,580 1180,900 380,900"), GLOW, 44, 0.2)


def _bed(c: Canvas) -> None:
    c.soften(rect(250, 880, 1130, 40), NIGHT, 20, 0.6)
    c.fill(rounded(240, 480, 54, 410, 22), mix(WOOD, CLAY, 0.2), mix(WOOD, NIGHT, 0.4))
    c.fill(rounded(1352, 660, 46, 230, 20), mix(WOOD, CLAY, 0.2), mix(WOOD, NIGHT, 0.4))
    c.fill(rect(280, 830, 1090, 34), mix(WOOD, NIGHT, 0.3))
    c.fill(rounded(284, 740, 1076, 96, 26), mix(CREAM, HAZE, 0.35), mix(CREAM, DUSK, 0.6))
    pillow = blob(points("292,740 306,672 420,652 510,688 506,748 400,764"))
    c.fill(pillow, mix(CREAM, ROSE, 0.2), mix(CREAM, HAZE, 0.6))
    c.shade(pillow, mix(HAZE, DUSK, 0.4), 140, 0.5)
    _sleeper(c)
    top = curve(
        points("500,742 560,672 660,634 800,664 930,612 1060,640 1200,668 1330,700 1364,740")
    )
    blanket = [*top, *curve(points("1370,848 1100,852 800,844 520,850"))]
    c.fill(blanket, mix(TEAL, MIST, 0.25), mix(TEAL, INDIGO, 0.5))
    for i, tint in enumerate(
        (mix(TEAL, INDIGO, 0.2), mix(CLAY, ROSE, 0.3), mix(TEAL, INDIGO, 0.45))
    ):
        with c.clip(blanket):
            c.fill([*[(x - 20, y + 56 + i * 46) for x, y in top], (1400, 900), (480, 900)], tint)
    c.shade(blanket, GLOW, -60, 0.4)
    fold = blob(points("488,842 484,768 540,682 650,626 694,642 612,706 572,786 574,846 530,852"))
    c.fill(fold, CREAM, mix(CREAM, HAZE, 0.5))
    c.shade(fold, mix(HAZE, DUSK, 0.3), 100, 0.5)


def _sleeper(c: Canvas) -> None:
    hair, skin = mix(NIGHT, WOOD, 0.4), SKINS[1]
    c.fill(blob(points("352,690 384,640 450,622 486,660 470,700 400,724")), hair)
    c.fill(blob(points("424,668 456,644 496,650 516,690 494,728 444,722")), skin)
    c.fill(blob(points("396,640 452,616 496,640 462,662 432,690 404,690")), hair)
    c.fill(stroke([(484, 680), (490, 687), (498, 685)], 3), mix(skin, NIGHT, 0.6))
    c.fill(ellipse(472, 700, 11, 7), mix(skin, CLAY, 0.35))


def _night_stand(c: Canvas) -> None:
    c.fill(rect(66, 700, 150, 184), mix(WOOD, CLAY, 0.15), mix(WOOD, NIGHT, 0.5))
    c.fill(rect(54, 688, 174, 16), mix(WOOD, AMBER, 0.2))
    c.fill(rounded(84, 730, 114, 56, 6), mix(WOOD, NIGHT, 0.2))
    c.fill(ellipse(141, 758, 7), AMBER)
    c.fill(stroke([(110, 688), (110, 600)], 8), mix(WOOD, NIGHT, 0.3))
    c.fill(points("78,500 142,500 172,606 48,606"), mix(ROSE, HAZE, 0.3), mix(ROSE, DUSK, 0.4))
    books(c, 150, 688, ((76, 16, CLAY), (64, 14, TEAL)))
