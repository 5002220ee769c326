"""Sky, land, water and what grows: the outdoors of the illustrations."""

import math
from collections.abc import Sequence
from itertools import pairwise

from .canvas import Canvas
from .geometry import Point, Shape, curve, ellipse, place, rect, ridge, stroke, turn
from .palette import CREAM, GLOW, MIST, NIGHT, Colour, mix


def sky(canvas: Canvas, *colours: Colour, foot: float | None = None) -> None:
    """Paint bands of colour that run into each other, from the top down to *foot*."""
    foot = canvas.height if foot is None else foot
    step = foot / (len(colours) - 1)
    for i, (upper, lower) in enumerate(pairwise(colours)):
        canvas.fill(rect(0, i * step - 1, canvas.width, step + 2), upper, lower)


def stars(canvas: Canvas, count: int, foot: float, colour: Colour = CREAM) -> None:
    """Scatter stars above the line *foot*, a few of them bright."""
    rng = canvas.rng
    for faint in (0.35, 0.6, 0.9):
        dots = [
            ellipse(
                rng.uniform(0, canvas.width),
                rng.uniform(0, foot),
                rng.uniform(0.8, 1.1 + faint),
            )
            for _ in range(count // 3)
        ]
        canvas.fill_all(dots, colour, faint)


def sun(canvas: Canvas, x: float, y: float, radius: float, colour: Colour, halo: Colour) -> None:
    """Draw a sun or full moon in its glow."""
    canvas.glow(x, y, radius * 5, halo, 0.55)
    canvas.glow(x, y, radius * 2.2, halo, 0.5)
    canvas.fill(ellipse(x, y, radius), mix(colour, CREAM, 0.4), colour)


def crescent(radius: float, shift: float = 0.42, inner: float = 0.9) -> Shape:
    """Return a moon about (0, 0), bright on the right.

    What is dark is a circle *inner* times as large, moved to the left by *shift* radii.
    """
    x = (inner**2 - 1 - shift**2) / (2 * shift)
    y = math.sqrt(1 - x**2)
    horn, hollow = math.degrees(math.atan2(y, x)), math.degrees(math.atan2(y, x + shift))
    rim = ellipse(0, 0, radius, radius, -horn, horn)
    bite = ellipse(-shift * radius, 0, inner * radius, inner * radius, hollow, -hollow)
    return [*rim, *bite]


def cloud(x: float, y: float, width: float) -> list[Shape]:
    """Return a long flat cloud as a few lying lozenges."""
    bars = (
        (0, 0, 1, 0.1),
        (0.18, -0.075, 0.52, 0.1),
        (0.34, 0.07, 0.5, 0.075),
        (-0.12, 0.055, 0.4, 0.06),
    )
    return [
        stroke(
            [(x + width * dx, y + width * dy), (x + width * (dx + w), y + width * dy)], width * h
        )
        for dx, dy, w, h in bars
    ]


def hills(
    canvas: Canvas,
    colours: Sequence[Colour],
    top: float,
    step: float,
    height: float = 90,
    peaks: int = 5,
) -> None:
    """Draw layers of hills, farthest first, each lower by *step* and veiled at its foot."""
    for i, colour in enumerate(colours):
        shape = ridge(canvas.width, top + i * step, height, canvas.rng, peaks, canvas.height)
        canvas.fill(shape, colour)
        nearer = colours[min(i + 1, len(colours) - 1)]
        canvas.shade(shape, mix(colour, nearer, 0.6), 90, 0.55)


def water(canvas: Canvas, y: float, colour: Colour, light: Colour, count: int = 46) -> None:
    """Lay short bright ripples on the water below the line *y*, longer towards the viewer."""
    rng, depth = canvas.rng, canvas.height - y
    lines = []
    for _ in range(count):
        near = rng.random()
        x, length = rng.uniform(0, canvas.width), 20 + 110 * near
        line = y + 6 + depth * near**1.5
        lines.append(stroke([(x, line), (x + length, line)], 1.2 + 2.2 * near))
    canvas.fill_all(lines[::2], light, 0.2)
    canvas.fill_all(lines[1::2], colour, 0.25)


def glitter(canvas: Canvas, x: float, y: float, width: float, colour: Colour, depth: float) -> None:
    """Lay a broken path of light on the water under a light at (x, y)."""
    rng, bars = canvas.rng, []
    for i in range(34):
        share = i / 34
        half = width * (0.25 + share * 0.75) * rng.uniform(0.25, 1)
        cx = x + rng.uniform(-0.35, 0.35) * width * share
        line = y + 4 + depth * share**1.25
        bars.append(stroke([(cx - half / 2, line), (cx + half / 2, line)], 2 + 5 * share))
    canvas.fill_all(bars, colour, 0.55)


def rain(canvas: Canvas, count: int, colour: Colour = MIST, slant: float = 0.22) -> None:
    """Draw slanting rain over everything, in a far and a near layer."""
    rng = canvas.rng
    for share, length, width, opacity in ((0.7, 34, 1.1, 0.28), (0.3, 78, 1.7, 0.34)):
        drops = []
        for _ in range(int(count * share)):
            x, y = rng.uniform(0, canvas.width * 1.2), rng.uniform(-80, canvas.height)
            reach = length * rng.uniform(0.6, 1.2)
            drops.append(stroke([(x, y), (x - reach * slant, y + reach)], width))
        canvas.fill_all(drops, colour, opacity)


def grass(canvas: Canvas, y: float, height: float, colour: Colour, count: int = 260) -> None:
    """Draw a fringe of grass blades that rise from the line *y*."""
    rng = canvas.rng
    blades = []
    for _ in range(count):
        x, tall = rng.uniform(-20, canvas.width + 20), height * rng.uniform(0.4, 1)
        lean = rng.uniform(-0.35, 0.45) * tall
        blades.append(
            stroke([(x, y + 40), (x + lean * 0.3, y - tall * 0.5), (x + lean, y - tall)], 7, 1)
        )
    canvas.fill_all(blades, colour)


def leaf(x: float, y: float, length: float, angle: float, breadth: float = 0.3) -> Shape:
    """Return a leaf that starts at (x, y) and points along *angle*."""
    b = breadth / 2
    side = curve([(0, 0), (0.3, -b), (0.65, -b * 0.85), (1, 0)], 6)
    shape = [*side, *[(px, -py) for px, py in reversed(side)]]
    return turn(place(shape, x, y, length), angle, (x, y))


def spray(x: float, y: float, height: float, lean: float, size: float) -> list[Shape]:
    """Return a bending stem with paired leaves, growing up from (x, y)."""
    stem = curve([(x, y), (x + lean * 0.2, y - height * 0.55), (x + lean, y - height)], 9)
    shapes = [stroke([stem[0], stem[len(stem) // 2], stem[-1]], 5, 2)]
    for i in range(3, len(stem) - 1, 2):
        (px, py), (qx, qy) = stem[i], stem[i + 1]
        along = math.degrees(math.atan2(qy - py, qx - px))
        scale = size * (1.05 - 0.6 * i / len(stem))
        shapes += [leaf(px, py, scale, along + 46), leaf(px, py, scale, along - 46)]
    return [*shapes, leaf(*stem[-1], size * 0.5, along)]


def thicket(
    canvas: Canvas, left: float, right: float, y: float, height: float, count: int
) -> list[Shape]:
    """Return *count* leafy stems of mixed height and lean along the line *y*."""
    rng, shapes = canvas.rng, []
    for i in range(count):
        x = left + (right - left) * (i + rng.uniform(0.1, 0.9)) / count
        tall = height * rng.uniform(0.5, 1)
        shapes += spray(x, y, tall, tall * rng.uniform(-0.45, 0.45), tall * rng.uniform(0.19, 0.25))
    return shapes


def pine(x: float, y: float, height: float, breadth: float = 0.4) -> Shape:
    """Return the silhouette of a conifer that stands on (x, y)."""
    tiers, right = 6, []
    for i in range(tiers):
        share = (i + 1) / tiers
        half = height * breadth / 2 * share**0.9
        level = -height * (1 - 0.9 * share)
        right += [(half, level), (half * 0.55, level - height * 0.02)]
    right[-1] = (height * 0.02, right[-1][1])
    right += [(height * 0.02, 0)]
    left = [(-px, py) for px, py in reversed(right)]
    return place([(0, -height), *right, *left], x, y)


def crown(canvas: Canvas, x: float, y: float, rx: float, ry: float) -> list[Shape]:
    """Return a crown of foliage: a core with smaller lobes all round."""
    rng, lobes = canvas.rng, [ellipse(x, y, rx * 0.86, ry * 0.84)]
    count = max(7, round((rx + ry) / 26))
    for i in range(count):
        angle = 2 * math.pi * (i + rng.uniform(-0.2, 0.2)) / count
        size = min(rx, ry) * rng.uniform(0.3, 0.42)
        lobes.append(
            ellipse(x + rx * 0.76 * math.cos(angle), y + ry * 0.74 * math.sin(angle), size)
        )
    return lobes


def foliage(
    canvas: Canvas,
    crowns: Sequence[tuple[float, float, float, float]],
    colour: Colour,
    shadow: Colour,
    light: Colour,
    toward: float = 225,
) -> None:
    """Draw a mass of leaves from overlapping crowns (x, y, rx, ry), lit from *toward* (degrees)."""
    for x, y, rx, ry in crowns:
        canvas.fill_all(crown(canvas, x, y, rx, ry), mix(colour, shadow, 0.5))
    dx, dy = math.cos(math.radians(toward)) * 0.16, math.sin(math.radians(toward)) * 0.16
    for x, y, rx, ry in crowns:
        for a, b in _scatter(canvas, 7):
            clump = (x + (a * 0.55 + dx) * rx, y + (b * 0.5 + dy) * ry, rx * 0.36, ry * 0.4)
            shapes = crown(canvas, *clump)
            canvas.fill_all(shapes, colour, 0.9)
            canvas.shade_all(shapes, mix(colour, shadow, 0.5), toward + 180, 0.85)
        points = [
            (x + (a * 0.8 + dx) * rx, y + (b * 0.75 + dy) * ry)
            for a, b in _scatter(canvas, round(rx / 5))
        ]
        flecks = [
            leaf(*p, canvas.rng.uniform(10, 19), canvas.rng.uniform(-80, 40), 0.5) for p in points
        ]
        canvas.fill_all(flecks, light, 0.55)


def _scatter(canvas: Canvas, count: int) -> list[Point]:
    """Return points spread over the unit disc."""
    rng, points = canvas.rng, []
    for _ in range(count):
        radius, angle = math.sqrt(rng.random()), rng.uniform(0, 2 * math.pi)
        points.append((radius * math.cos(angle), radius * math.sin(angle)))
    return points


def birds(
    canvas: Canvas, x: float, y: float, count: int, colour: Colour = NIGHT, size: float = 16
) -> None:
    """Draw a loose flight of birds, as open wings."""
    rng, shapes = canvas.rng, []
    for i in range(count):
        cx, cy = x + i * size * 2.4 + rng.uniform(-8, 8), y - (i % 3) * size + rng.uniform(-9, 9)
        s = size * rng.uniform(0.7, 1)
        for side in (-1, 1):
            wing = [(cx, cy), (cx + side * s * 0.5, cy - s * 0.42), (cx + side * s, cy - s * 0.22)]
            shapes.append(stroke(wing, 3, 1))
    canvas.fill_all(shapes, colour)


def steam(canvas: Canvas, x: float, y: float, height: float, colour: Colour = GLOW) -> None:
    """Let two wisps of steam curl up from (x, y)."""
    for dx, tall, phase in ((-0.09, 0.8, 0.4), (0.09, 1, 0)):
        points = [
            (x + height * (dx + math.sin(i * 1.2 + phase) * 0.07), y - height * tall * i / 6)
            for i in range(7)
        ]
        canvas.soften(stroke(points, height * 0.075, height * 0.02), colour, height * 0.022, 0.5)
