"""Portraits: calm flat figures, head and shoulders, each made from a name."""

from PIL import Image

from .canvas import Canvas
from .geometry import Shape, blob, ellipse, place, points, rect, ring, stroke
from .nature import spray
from .palette import (
    AMBER,
    CLAY,
    CREAM,
    DUSK,
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
    Colour,
    mix,
)

SIZE = 600
GROUNDS = (
    (mix(TEAL, MIST, 0.3), mix(TEAL, PINE, 0.3)),
    (mix(ROSE, CREAM, 0.4), mix(ROSE, CLAY, 0.4)),
    (mix(SAGE, CREAM, 0.35), mix(SAGE, MOSS, 0.5)),
    (mix(DUSK, HAZE, 0.4), INDIGO),
    (mix(AMBER, CREAM, 0.4), mix(AMBER, CLAY, 0.4)),
    (mix(CREAM, HAZE, 0.2), mix(HAZE, ROSE, 0.4)),
)
CLOTHES = (TEAL, CLAY, INDIGO, MOSS, RUST, mix(CREAM, ROSE, 0.15), mix(AMBER, CLAY, 0.3), DUSK)
HAIRS = (
    mix(NIGHT, WOOD, 0.25),
    mix(WOOD, NIGHT, 0.55),
    mix(WOOD, CLAY, 0.2),
    mix(CLAY, AMBER, 0.35),
    mix(AMBER, CREAM, 0.35),
    mix(HAZE, CREAM, 0.45),
)


def portrait(name: str) -> Image.Image:
    """Return a portrait, 600 by 600 pixels.

    The name is only a seed: hair, skin, clothes and ground follow from it by chance, so another
    spelling gives another person.
    """
    canvas = Canvas(SIZE, SIZE, name)
    rng = canvas.rng
    ground, skin_index = rng.choice(GROUNDS), rng.randrange(len(SKINS))
    skin, cloth = SKINS[skin_index], rng.choice([c for c in CLOTHES if c not in ground])
    hair = rng.choice(HAIRS[:2] if skin_index > 2 else HAIRS)
    style = rng.choice(tuple(STYLES))
    _ground(canvas, *ground)
    canvas.fill_all(_back_hair(canvas, style), mix(hair, NIGHT, 0.2))
    _body(canvas, cloth, skin)
    _head(canvas, skin)
    _front_hair(canvas, style, hair)
    if rng.random() < 0.4:
        _glasses(canvas, mix(WOOD, NIGHT, 0.5))
    return canvas.finish(grain=5, vignette=0.1)


def _ground(c: Canvas, light: Colour, deep: Colour) -> None:
    c.fill(rect(0, 0, SIZE, SIZE), light, deep)
    c.fill(ellipse(300, 300, 226), mix(light, CREAM, 0.35), mix(light, deep, 0.3))
    side = c.rng.choice((-1, 1))
    stems = spray(0, 0, 330, 60, 96) + spray(0, 0, 240, 150, 80)
    c.fill_all(
        [place(s, 300 + side * 170, 610, 1, side < 0) for s in stems], mix(deep, MOSS, 0.4), 0.6
    )


def _body(c: Canvas, cloth: Colour, skin: Colour) -> None:
    torso = blob(points("60,680 76,520 130,458 236,424 364,424 470,458 524,520 540,680 300,720"))
    c.fill(torso, cloth)
    c.shade(torso, mix(cloth, NIGHT, 0.55), 150, 0.6)
    neck = blob(points("252,330 348,330 352,420 372,440 300,478 228,440 248,420"))
    c.fill(neck, skin)
    c.shade(neck, mix(skin, RUST, 0.6), -90, 0.8)
    c.rng.choice((_round_neck, _roll_neck, _shirt, _jacket, _scarf))(c, cloth)


def _round_neck(c: Canvas, cloth: Colour) -> None:
    c.fill(stroke(points("222,430 252,470 300,486 348,470 378,430"), 22), mix(cloth, NIGHT, 0.25))


def _roll_neck(c: Canvas, cloth: Colour) -> None:
    roll = blob(points("240,384 300,398 360,384 380,440 356,488 244,488 220,440"))
    c.fill(roll, mix(cloth, CREAM, 0.1))
    c.shade(roll, mix(cloth, NIGHT, 0.5), 90, 0.6)


def _shirt(c: Canvas, cloth: Colour) -> None:
    light = mix(cloth, CREAM, 0.3)
    for flip in (False, True):
        c.fill(place(points("0,66 -70,-16 -88,10 -52,98"), 300, 420, 1, flip), light)
        c.fill(
            place(points("0,66 -70,-16 -62,-26 0,52"), 300, 420, 1, flip), mix(cloth, NIGHT, 0.2)
        )
    c.fill(stroke([(300, 492), (300, 620)], 3), mix(cloth, NIGHT, 0.4))
    c.fill_all([ellipse(308, y, 5) for y in (528, 572)], light)


def _jacket(c: Canvas, cloth: Colour) -> None:
    shirt = CREAM if sum(cloth) < 500 else TEAL
    c.fill(points("228,432 300,600 372,432 352,424 300,470 248,424"), shirt)
    for flip in (False, True):
        lapel = place(points("-76,8 -58,-8 0,176 -16,200 -92,92 -70,80 -104,58"), 300, 424, 1, flip)
        c.fill(lapel, mix(cloth, NIGHT, 0.32))
        c.fill(
            place(points("0,46 -60,-18 -74,10 -38,78"), 300, 424, 1, flip), mix(shirt, HAZE, 0.15)
        )


def _scarf(c: Canvas, cloth: Colour) -> None:
    tint = AMBER if cloth not in (CLAY, RUST) else mix(CREAM, SAGE, 0.4)
    c.fill(stroke([(352, 450), (372, 520), (360, 640)], 62, 74), mix(tint, WOOD, 0.25))
    wrap = stroke(points("226,418 250,452 300,466 350,452 374,418"), 54)
    c.fill(wrap, tint)
    c.shade(wrap, mix(tint, WOOD, 0.6), 90, 0.6)


def _head(c: Canvas, skin: Colour) -> None:
    deep = mix(skin, RUST, 0.45)
    for side in (-1, 1):
        c.fill(ellipse(300 + side * 88, 272, 17, 25), mix(skin, RUST, 0.2))
    face = blob(
        points(
            "213,250 222,186 262,154 338,154 378,186 "
            "387,250 376,318 338,366 300,378 262,366 224,318"
        )
    )
    c.fill(face, skin)
    c.shade(face, deep, 20, 0.45)
    for side in (-1, 1):
        c.soften(ellipse(300 + side * 50, 308, 20, 13), mix(skin, CLAY, 0.5), 6, 0.45)
    _features(c, mix(skin, NIGHT, 0.85), mix(mix(skin, RUST, 0.5), NIGHT, 0.34))


def _features(c: Canvas, line: Colour, soft: Colour) -> None:
    lift = c.rng.uniform(-3, 3)
    for side in (-1, 1):
        x = 300 + side * 37
        c.fill(ellipse(x, 268, 6.5, 7.5), line)
        brow = [(x - side * 16, 243 + lift), (x + side * 3, 239 + lift), (x + side * 20, 246)]
        c.fill(stroke(brow, 6, 4), line)
    c.fill(stroke([(303, 276), (309, 300), (297, 304)], 4.5, 4), soft)
    c.fill(stroke([(277, 332), (300, 341), (323, 332)], 5), soft)


# Each style: the hair behind the body, and the hair over the forehead.
STYLES: dict[str, tuple[str, str]] = {
    "short": (
        "",
        (
            "208,262 198,190 232,132 300,114 372,132 404,190 "
            "392,262 382,218 350,188 280,184 236,198 218,222"
        ),
    ),
    "swept": (
        "",
        (
            "206,262 196,200 226,136 300,106 384,126 408,196 "
            "394,262 384,222 366,196 312,182 270,162 244,196 222,222"
        ),
    ),
    "cropped": (
        "",
        (
            "212,244 210,184 250,140 300,130 350,140 390,184 "
            "388,244 378,206 344,182 300,178 256,182 222,206"
        ),
    ),
    "bob": (
        "196,230 206,146 300,102 394,146 404,230 416,330 398,388 350,396 250,396 202,388 184,330",
        (
            "204,290 196,200 232,132 300,112 376,134 406,200 "
            "396,290 386,232 356,206 300,190 262,168 244,206 216,236"
        ),
    ),
    "long": (
        "194,230 208,140 300,100 392,140 406,230 424,360 440,500 390,540 210,540 160,500 176,360",
        (
            "202,300 196,200 232,132 300,110 372,132 404,200 "
            "398,300 384,238 346,194 304,156 262,190 218,238"
        ),
    ),
    "tied": (
        "246,96 272,62 328,62 354,96 340,130 260,130",
        (
            "208,256 204,180 244,130 300,116 356,130 396,180 "
            "392,256 376,206 338,172 300,166 262,172 224,206"
        ),
    ),
    "curls": ("", ""),
}


def _back_hair(c: Canvas, style: str) -> list[Shape]:
    if style == "curls":
        return [_curl(c, angle, 120, 52) for angle in range(150, 400, 18)]
    outline = STYLES[style][0]
    return [blob(points(outline))] if outline else []


def _curl(c: Canvas, angle: float, reach: float, size: float) -> Shape:
    x, y = ellipse(300, 232, reach, reach * 0.96, angle, angle + 1)[0]
    return ellipse(x, y, size * c.rng.uniform(0.8, 1.1))


def _front_hair(c: Canvas, style: str, hair: Colour) -> None:
    if style == "curls":
        c.fill_all([_curl(c, angle, 98, 34) for angle in range(188, 356, 15)], hair)
        return
    shape = blob(points(STYLES[style][1]))
    c.fill(shape, hair)
    c.shade(shape, mix(hair, NIGHT, 0.5), 20, 0.5)


def _glasses(c: Canvas, frame: Colour) -> None:
    for side in (-1, 1):
        x = 300 + side * 40
        c.fill(ellipse(x, 270, 30, 28), CREAM, opacity=0.14)
        c.fill(ring(x, 270, 32, 30, 5), frame)
        c.fill(stroke([(x + side * 32, 264), (x + side * 52, 260)], 5), frame)
    c.fill(stroke([(292, 268), (300, 264), (308, 268)], 5), frame)
