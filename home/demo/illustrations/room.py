"""Walls, windows, curtains, floors and lamps: the rooms of the illustrations."""

from .canvas import Canvas
from .geometry import Shape, curve, ellipse, place, points, rect, rounded, stroke
from .palette import AMBER, CREAM, GLOW, NIGHT, WOOD, Colour, mix


def panes(
    canvas: Canvas,
    x: float,
    y: float,
    width: float,
    height: float,
    frame: Colour,
    bars: tuple[int, int] = (2, 2),
    thick: float = 14,
) -> None:
    """Draw a window's frame and glazing bars (columns, rows) around what is painted already."""
    inner = thick * 0.6
    for i in range(1, bars[0]):
        canvas.fill(rect(x + width * i / bars[0] - inner / 2, y, inner, height), frame)
    for i in range(1, bars[1]):
        canvas.fill(rect(x, y + height * i / bars[1] - inner / 2, width, inner), frame)
    for edge in (
        rect(x - thick, y - thick, width + thick * 2, thick),
        rect(x - thick, y + height, width + thick * 2, thick),
        rect(x - thick, y, thick, height),
        rect(x + width, y, thick, height),
    ):
        canvas.fill(edge, frame)


def sill(
    canvas: Canvas, x: float, y: float, width: float, colour: Colour, thick: float = 22
) -> None:
    """Draw a window board with its shadow on the wall below."""
    canvas.soften(rect(x + 8, y + thick, width - 8, thick), NIGHT, 12, 0.35)
    canvas.fill(rect(x, y, width, thick), colour)
    canvas.fill(rect(x, y + thick - 5, width, 5), mix(colour, NIGHT, 0.25))


def floor(canvas: Canvas, y: float, near: Colour, far: Colour, board: Colour) -> None:
    """Lay floor boards from the wall at *y* to the lower edge, drawn towards a vanishing point."""
    canvas.fill(rect(0, y, canvas.width, canvas.height - y), far, near)
    middle, depth = canvas.width / 2, canvas.height - y
    lines = []
    for i in range(-14, 15):
        top, foot = middle + i * 92, middle + i * 92 * (1 + depth / 420)
        lines.append(stroke([(top, y), (foot, canvas.height)], 1.5, 3))
    canvas.fill_all(lines, board, 0.35)
    canvas.soften(rect(-20, y - 6, canvas.width + 40, 14), NIGHT, 12, 0.3)


def curtains(
    canvas: Canvas, x: float, y: float, span: float, height: float, width: float, colour: Colour
) -> None:
    """Hang two curtains of *width* from a rod that spans from (x, y) over a window."""
    rod = mix(WOOD, NIGHT, 0.4)
    canvas.fill(rounded(x - 18, y - 9, span + 36, 9, 4), rod)
    for end in (x - 20, x + span + 20):
        canvas.fill(ellipse(end, y - 4, 10), rod)
    for side, flip in ((x, False), (x + span, True)):
        _curtain(canvas, side, y, width, height, colour, flip)


def _curtain(
    canvas: Canvas, x: float, y: float, width: float, height: float, colour: Colour, flip: bool
) -> None:
    side = points("1,0 0.92,0.3 0.5,0.66 0.62,1")
    line = curve([(px * width, py * height) for px, py in side], 10)
    shape = place([(0, 0), *line, (0, height)], x, y, 1, flip)
    canvas.fill(shape, mix(colour, CREAM, 0.15), colour)
    folds = []
    for share in (0.22, 0.45, 0.68, 0.86):
        fold = [(px * share, py) for px, py in line[::4]]
        folds.append(place(stroke(fold, 3, 7), x, y, 1, flip))
    canvas.fill_all(folds, mix(colour, NIGHT, 0.5), 0.3)
    canvas.shade(shape, mix(colour, NIGHT, 0.4), 0 if flip else 180, 0.5)


def floor_lamp(canvas: Canvas, x: float, y: float, height: float, stand: Colour) -> None:
    """Draw a lit standing lamp with its foot on (x, y)."""
    top = y - height
    canvas.fill(ellipse(x, y, 62, 11), stand)
    canvas.fill(stroke([(x, y), (x, top + 90)], 8), stand)
    shade = [(x - 52, top), (x + 52, top), (x + 92, top + 130), (x - 92, top + 130)]
    canvas.fill(shade, GLOW, AMBER)
    canvas.fill(rect(x - 92, top + 124, 184, 6), mix(AMBER, WOOD, 0.35))
    canvas.glow(x, top + 90, 520, AMBER, 0.55)
    canvas.glow(x, top + 80, 190, GLOW, 0.45)


def pendant(canvas: Canvas, x: float, y: float, width: float, colour: Colour) -> None:
    """Hang a bell-shaped lamp from the ceiling, its rim at the height *y*."""
    half, tall = width / 2, width * 0.5
    canvas.fill(rect(x - 2, 0, 4, y - tall), mix(colour, NIGHT, 0.5))
    side = curve(
        [
            (half * 0.12, -tall * 1.12),
            (half * 0.3, -tall * 0.9),
            (half * 0.82, -tall * 0.5),
            (half, 0),
        ],
        8,
    )
    bell = place([*side, *[(-px, py) for px, py in reversed(side)]], x, y)
    canvas.fill(ellipse(x, y, half * 0.9, half * 0.12), GLOW)
    canvas.fill(bell, mix(colour, CREAM, 0.12), colour)
    canvas.shade(bell, mix(colour, NIGHT, 0.55), 0, 0.7)


def picture(
    canvas: Canvas, x: float, y: float, width: float, height: float, frame: Colour, paper: Colour
) -> Shape:
    """Hang a framed, still empty picture; return the paper to draw on."""
    canvas.soften(rect(x + 6, y + 10, width, height), NIGHT, 10, 0.4)
    canvas.fill(rect(x, y, width, height), frame)
    sheet = rect(x + 12, y + 12, width - 24, height - 24)
    canvas.fill(sheet, paper)
    return sheet
