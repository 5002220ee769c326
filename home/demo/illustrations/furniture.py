"""Chairs, books, plants and the small things of a room."""

from collections.abc import Sequence

from .canvas import Canvas
from .geometry import (
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
from .nature import leaf, spray
from .palette import AMBER, CREAM, MOSS, NIGHT, SAGE, WOOD, Colour, mix


def armchair(
    canvas: Canvas, x: float, y: float, size: float, colour: Colour, flip: bool = False
) -> None:
    """Draw an upholstered chair from the side, looking right, with its feet on (x, y)."""

    def at(shape: Shape) -> Shape:
        return place(shape, x, y, size, flip)

    canvas.soften(at(ellipse(0, 2, 175, 16)), NIGHT, 9 * size, 0.45)
    far = mix(WOOD, NIGHT, 0.45)
    canvas.fill(at(stroke([(92, -120), (104, -6)], 13, 9)), far)
    canvas.fill(at(stroke([(-86, -120), (-126, -6)], 13, 9)), far)
    back = at(
        blob(points("-118,-130 -150,-240 -178,-350 -160,-384 -122,-376 -92,-260 -62,-170 -60,-126"))
    )
    seat = at(blob(points("-104,-108 -100,-172 -20,-186 96,-190 128,-168 122,-124 10,-108")))
    for cushion, angle in ((back, 140), (seat, 90)):
        canvas.fill(cushion, mix(colour, CREAM, 0.12))
        canvas.shade(cushion, mix(colour, NIGHT, 0.5), 180 - angle if flip else angle, 0.75)
    near = mix(WOOD, AMBER, 0.15)
    canvas.fill(at(stroke([(-108, -118), (126, -128)], 16)), near)
    canvas.fill(at(stroke([(112, -252), (124, -120), (132, 0)], 16, 11)), near)
    canvas.fill(at(stroke([(-112, -262), (-104, -120), (-146, 0)], 16, 11)), near)
    canvas.fill(at(stroke([(-128, -258), (0, -270), (132, -252)], 20, 16)), near)


def chair(
    canvas: Canvas, x: float, y: float, size: float, colour: Colour, flip: bool = False
) -> None:
    """Draw a plain wooden chair from the side, looking right, with its feet on (x, y)."""

    def at(shape: Shape) -> Shape:
        return place(shape, x, y, size, flip)

    dark = mix(colour, NIGHT, 0.35)
    for leg in ([(52, -165), (60, 0)], [(-54, -165), (-58, 0)]):
        canvas.fill(at(stroke(leg, 14, 10)), dark)
    canvas.fill(at(stroke([(76, -168), (88, 4)], 15, 11)), colour)
    canvas.fill(at(stroke([(-96, -390), (-80, -170), (-92, 4)], 16, 12)), colour)
    canvas.fill(at(stroke([(-40, -386), (-24, -176)], 13)), dark)
    for share in (0.06, 0.3, 0.54):
        left, right = (-96 + 16 * share, -390 + 220 * share), (-40 + 16 * share, -386 + 210 * share)
        canvas.fill(at(stroke([left, right], 20)), mix(colour, NIGHT, 0.18))
    canvas.fill(at(rounded(-98, -188, 190, 26, 12)), colour)
    canvas.fill(at(rounded(-90, -90, 176, 9, 4)), dark)


def cup(
    canvas: Canvas, x: float, y: float, width: float, colour: Colour, band: Colour | None = None
) -> None:
    """Draw a mug that stands on (x, y)."""
    half, tall = width / 2, width * 0.95
    handle = ring(x + half + width * 0.06, y - tall * 0.52, width * 0.24, tall * 0.26, width * 0.09)
    canvas.fill(handle, mix(colour, NIGHT, 0.2))
    body = _cup_body(x, y, half, tall)
    canvas.fill(body, colour)
    if band is not None:
        with canvas.clip(body):
            canvas.fill(rect(x - half, y - tall * 0.5, width, tall * 0.22), band)
    canvas.shade(body, mix(colour, NIGHT, 0.5), 0, 0.6)
    canvas.fill(ellipse(x, y - tall, half, width * 0.1), mix(colour, NIGHT, 0.12))
    canvas.fill(ellipse(x, y - tall + 2, half * 0.88, width * 0.075), mix(WOOD, NIGHT, 0.3))


def _cup_body(x: float, y: float, half: float, tall: float) -> Shape:
    """Return the body of a mug: straight sides, a rounded foot."""
    side = curve(
        [(half, -tall), (half, -tall * 0.35), (half * 0.86, -tall * 0.06), (half * 0.62, 0)], 8
    )
    return place([*side, *[(-px, py) for px, py in reversed(side)]], x, y)


def books(canvas: Canvas, x: float, y: float, pile: Sequence[tuple[float, float, Colour]]) -> float:
    """Pile up books (width, thickness, colour) from (x, y); return the height of the top."""
    for width, thick, colour in pile:
        left = x + canvas.rng.uniform(-10, 10)
        canvas.fill(rounded(left, y - thick, width, thick, 4), colour)
        canvas.fill(rect(left + 6, y - thick + 5, width - 10, thick - 10), mix(CREAM, colour, 0.2))
        canvas.fill(rounded(left, y - thick, width * 0.16, thick, 4), colour)
        canvas.fill(rect(left + width * 0.3, y - thick, width * 0.03, thick), colour)
        y -= thick
    return y


def shelf_books(
    canvas: Canvas, x: float, y: float, spines: Sequence[tuple[float, float, Colour]]
) -> float:
    """Stand books (width, height, colour) side by side on (x, y); return where they end."""
    for width, tall, colour in spines:
        spine = rounded(x, y - tall, width, tall, 3)
        canvas.fill(spine, colour)
        for share in (0.14, 0.8):
            canvas.fill(rect(x, y - tall * (1 - share), width, 5), mix(colour, CREAM, 0.45))
        canvas.shade(spine, mix(colour, NIGHT, 0.5), 0, 0.5)
        x += width + 2
    return x


def potted_plant(
    canvas: Canvas, x: float, y: float, size: float, pot: Colour, green: Colour = MOSS
) -> None:
    """Draw a leafy plant in a pot that stands on (x, y)."""
    for i, (lean, tall) in enumerate(((-95, 190), (90, 205), (-40, 262), (46, 280), (2, 235))):
        tint = mix(green, SAGE, 0.2 * i) if i % 2 else mix(green, NIGHT, 0.35 - 0.06 * i)
        canvas.fill_all(
            [place(s, x, y - 90 * size, size) for s in spray(0, 0, tall, lean, 74)], tint
        )
    body = place(points("-62,-104 62,-104 46,0 -46,0"), x, y, size)
    canvas.fill(body, pot)
    canvas.shade(body, mix(pot, NIGHT, 0.5), 0, 0.75)
    canvas.fill(place(rounded(-70, -122, 140, 28, 6), x, y, size), mix(pot, NIGHT, 0.12))


def tall_plant(
    canvas: Canvas, x: float, y: float, size: float, pot: Colour, green: Colour = MOSS
) -> None:
    """Draw a plant with broad upright leaves in a pot that stands on (x, y)."""
    for i, (angle, length) in enumerate(
        ((-128, 270), (-52, 260), (-112, 350), (-66, 345), (-92, 400), (-142, 190), (-38, 185))
    ):
        blade = leaf(x, y - 90 * size, length * size, angle, 0.24)
        canvas.fill(blade, mix(green, NIGHT if i % 2 else SAGE, 0.3))
        canvas.shade(blade, mix(green, NIGHT, 0.6), 90, 0.6)
    body = place(points("-66,-110 66,-110 50,0 -50,0"), x, y, size)
    canvas.fill(body, pot)
    canvas.shade(body, mix(pot, NIGHT, 0.5), 0, 0.75)


def clock(
    canvas: Canvas,
    x: float,
    y: float,
    radius: float,
    rim: Colour,
    face: Colour,
    hands: tuple[float, float],
) -> None:
    """Draw a round wall clock; *hands* are the hour's and the minute's angle (degrees from 12)."""
    canvas.soften(ellipse(x + radius * 0.08, y + radius * 0.12, radius), NIGHT, radius * 0.1, 0.45)
    canvas.fill(ellipse(x, y, radius), rim)
    dial = ellipse(x, y, radius * 0.88)
    canvas.fill(dial, mix(face, CREAM, 0.5), face)
    for hour in range(12):
        long = 0.1 if hour % 3 == 0 else 0.05
        canvas.fill(
            _hand(x, y, radius * 0.78, radius * (0.78 - long), hour * 30, radius * 0.028), WOOD
        )
    for angle, reach, width in ((hands[0], 0.45, 0.06), (hands[1], 0.66, 0.04)):
        canvas.fill(_hand(x, y, -radius * 0.1, radius * reach, angle, radius * width), NIGHT)
    canvas.fill(ellipse(x, y, radius * 0.055), rim)


def _hand(x: float, y: float, start: float, end: float, angle: float, width: float) -> Shape:
    line = stroke([(0, -start), (0, -end)], width)
    return move(turn(line, angle, (0, 0)), x, y)
