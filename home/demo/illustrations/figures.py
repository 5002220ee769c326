"""People and a cat, as calm flat figures."""

from collections.abc import Callable

from .canvas import Canvas
from .geometry import Shape, blob, ellipse, place, points, rect, stroke
from .palette import NIGHT, Colour, mix


def seated(
    canvas: Canvas,
    x: float,
    y: float,
    size: float,
    coat: Colour,
    skin: Colour,
    hair: Colour,
    trousers: Colour,
    flip: bool = False,
) -> None:
    """Draw a person from the side, looking right, who sits at (x, y); *size* 1 is 265 px tall."""

    def at(shape: Shape) -> Shape:
        return place(shape, x, y, size, flip)

    dark = mix(coat, NIGHT, 0.35)
    canvas.fill(at(stroke([(-8, -22), (92, -26), (96, 72)], 46, 24)), mix(trousers, NIGHT, 0.3))
    canvas.fill(at(blob(points("84,62 112,66 142,88 138,97 84,96"))), NIGHT)
    canvas.fill(at(stroke([(-6, -22), (80, -28), (78, 76)], 48, 26)), trousers)
    canvas.fill(at(blob(points("64,66 94,68 124,90 120,99 64,98"))), NIGHT)
    torso = at(blob(points("-34,2 -42,-50 -36,-108 -14,-132 16,-126 28,-96 30,-40 34,2")))
    canvas.fill(torso, coat)
    canvas.shade(torso, dark, 180 if not flip else 0, 0.7)
    canvas.fill(at(stroke([(0, -120), (8, -152)], 24)), mix(skin, NIGHT, 0.18))
    canvas.fill(at(ellipse(12, -168, 27, 31)), skin)
    canvas.fill(at(_side_hair()), hair)
    arm = at(stroke([(-8, -106), (4, -52), (62, -44)], 30, 22))
    canvas.fill(arm, mix(coat, NIGHT, 0.16))
    canvas.fill(at(ellipse(68, -44, 13, 11)), skin)


def _side_hair() -> Shape:
    return blob(points("30,-196 36,-184 14,-182 6,-168 4,-150 -12,-138 -26,-150 -28,-180 -8,-204"))


def walker(
    canvas: Canvas,
    x: float,
    y: float,
    size: float,
    coat: Colour,
    skin: Colour,
    hair: Colour,
    reach: bool = False,
) -> None:
    """Draw a person from behind who stands on (x, y); *size* 1 is 290 px tall.

    With *reach* the right arm is held out to something at shoulder height.
    """

    def at(shape: Shape) -> Shape:
        return place(shape, x, y, size)

    legs, dark = mix(coat, NIGHT, 0.78), mix(coat, NIGHT, 0.4)
    for side in (-1, 1):
        canvas.fill(at(stroke([(side * 15, -120), (side * 14, -8)], 27, 15)), legs)
        canvas.fill(at(ellipse(side * 16, -5, 14, 7)), NIGHT)
    right = [(34, -212), (70, -192), (120, -228)] if reach else [(34, -212), (46, -160), (42, -118)]
    for line in ([(-34, -212), (-46, -160), (-42, -118)], right):
        canvas.fill(at(stroke(line, 22, 17)), mix(coat, NIGHT, 0.25))
        canvas.fill(at(ellipse(*line[-1], 9)), skin)
    body = at(
        blob(points("-46,-74 -40,-150 -42,-208 -18,-234 18,-234 42,-208 40,-150 46,-74 0,-68"))
    )
    canvas.fill(body, coat)
    canvas.shade(body, dark, 180, 0.8)
    canvas.fill(at(stroke([(0, -230), (0, -246)], 18)), mix(skin, NIGHT, 0.25))
    canvas.fill(at(ellipse(0, -262, 22, 25)), hair)
    canvas.fill(at(stroke([(-20, -234), (0, -228), (20, -234)], 15)), dark)


def seen_from_behind(
    canvas: Canvas, x: float, y: float, size: float, coat: Colour, skin: Colour, hair: Colour
) -> None:
    """Draw head and shoulders from behind, cut off at the line *y*; *size* 1 is 400 px tall."""

    def at(shape: Shape) -> Shape:
        return place(shape, x, y, size)

    body = at(
        blob(points("-178,40 -172,-90 -140,-172 -62,-212 0,-218 62,-212 140,-172 172,-90 178,40"))
    )
    canvas.fill(body, coat)
    canvas.shade(body, mix(coat, NIGHT, 0.7), 180, 0.9)
    neck = at(rect(-36, -268, 72, 72))
    canvas.fill(neck, skin)
    canvas.shade(neck, mix(skin, NIGHT, 0.7), 180, 0.9)
    collar = at(stroke([(-66, -208), (0, -190), (66, -208)], 26))
    canvas.fill(collar, mix(coat, NIGHT, 0.25))
    head = at(blob(points("-70,-300 -62,-366 0,-398 62,-366 70,-300 46,-244 0,-236 -46,-244")))
    for side in (-1, 1):
        canvas.fill(
            at(ellipse(side * 70, -296, 11, 20)), mix(skin, NIGHT, 0.1 if side > 0 else 0.5)
        )
    bun = at(ellipse(4, -410, 40, 36))
    for part in (bun, head):
        canvas.fill(part, hair)
        canvas.shade(part, mix(hair, NIGHT, 0.7), 180, 0.9)


def seated_front(
    canvas: Canvas, x: float, y: float, size: float, coat: Colour, skin: Colour, hair: Colour
) -> None:
    """Draw someone who sits at (x, y), facing us, eyes lowered; *size* 1 is 440 px tall."""

    def at(shape: Shape) -> Shape:
        return place(shape, x, y, size)

    trousers, dark = mix(coat, NIGHT, 0.72), mix(coat, NIGHT, 0.3)
    for side in (-1, 1):
        shin = stroke([(side * 34, 30), (side * 32, 148)], 42, 29)
        canvas.fill(at(shin), mix(trousers, NIGHT, 0.3))
        shoe = blob([(side * 12, 150), (side * 48, 150), (side * 58, 172), (side * 10, 172)])
        canvas.fill(at(shoe), NIGHT)
        canvas.fill(at(stroke([(side * 30, -14), (side * 36, 36)], 58, 48)), trousers)
    canvas.fill(
        at(blob(points("-40,-256 -58,-210 -54,-160 -30,-142 30,-142 54,-160 58,-210 40,-256"))),
        hair,
    )
    body = at(blob(points("-52,6 -50,-80 -66,-132 -36,-158 36,-158 66,-132 50,-80 52,6 0,12")))
    canvas.fill(body, coat)
    canvas.shade(body, dark, 160, 0.7)
    canvas.fill(
        at(blob(points("-17,-196 17,-196 20,-158 0,-142 -20,-158"))), mix(skin, NIGHT, 0.22)
    )
    for side in (-1, 1):
        arm = at(stroke([(side * 54, -130), (side * 68, -66), (side * 14, -22)], 30, 23))
        canvas.fill(arm, mix(coat, NIGHT, 0.2))
        canvas.fill(at(ellipse(side * 8, -20, 14, 11)), skin)
    _lowered_face(canvas, at, skin, hair)


def _lowered_face(canvas: Canvas, at: Callable[[Shape], Shape], skin: Colour, hair: Colour) -> None:
    canvas.fill(
        at(blob(points("-38,-226 -34,-250 0,-264 34,-250 38,-226 30,-188 0,-168 -30,-188"))), skin
    )
    fringe = blob(
        points("-44,-204 -48,-244 -18,-276 22,-274 48,-244 46,-206 36,-232 12,-246 -24,-240")
    )
    canvas.fill(at(fringe), hair)
    line = mix(skin, NIGHT, 0.65)
    for side in (-1, 1):
        lid = [(side * 9, -209), (side * 16, -205), (side * 23, -209)]
        canvas.fill(at(stroke(lid, 3)), line)
    canvas.fill(at(stroke([(-7, -185), (0, -183), (7, -185)], 3)), line)


def cat(canvas: Canvas, x: float, y: float, size: float, colour: Colour, light: Colour) -> None:
    """Draw a cat from behind on (x, y), its tail hanging down; *size* 1 is 260 px tall."""

    def at(shape: Shape) -> Shape:
        return place(shape, x, y, size)

    canvas.fill(at(stroke(points("52,-18 104,4 110,70 92,128 112,176"), 27, 19)), colour)
    body = at(blob(points("-74,-6 -78,-58 -50,-128 -32,-168 32,-168 50,-128 78,-58 74,-6 0,3")))
    canvas.fill(body, colour)
    canvas.shade(body, light, 180, 0.55)
    head = at(blob(points("-58,-196 -44,-232 0,-242 44,-232 58,-196 38,-160 0,-152 -38,-160")))
    ears = [at([(side * 56, -206), (side * 52, -274), (side * 12, -236)]) for side in (-1, 1)]
    for part in (head, *ears):
        canvas.fill(part, colour)
    canvas.shade(head, light, 180, 0.5)
