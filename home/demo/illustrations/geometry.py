"""Shapes as lists of points, in the pixels of the finished picture; y grows downwards."""

import math
from collections.abc import Sequence
from random import Random

Point = tuple[float, float]
Shape = list[Point]


def rect(x: float, y: float, width: float, height: float) -> Shape:
    """Return a rectangle by its upper left corner."""
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]


def ellipse(
    cx: float, cy: float, rx: float, ry: float | None = None, start: float = 0, end: float = 360
) -> Shape:
    """Return an ellipse, or its part between two angles (degrees, clockwise from 3 o'clock)."""
    ry = rx if ry is None else ry
    steps = 6 + int((18 + max(rx, ry) * 0.4) * abs(end - start) / 360)
    angles = (math.radians(start + (end - start) * i / steps) for i in range(steps + 1))
    return [(cx + rx * math.cos(a), cy + ry * math.sin(a)) for a in angles]


def points(text: str) -> Shape:
    """Return the points of a text such as "0,0 12.5,-3", as SVG writes them."""
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in text.split())]


def ring(cx: float, cy: float, rx: float, ry: float, width: float) -> Shape:
    """Return a closed band of *width* along an ellipse."""
    half = width / 2
    inner = ellipse(cx, cy, rx - half, ry - half)
    return [*ellipse(cx, cy, rx + half, ry + half), *reversed(inner)]


def rounded(x: float, y: float, width: float, height: float, radius: float) -> Shape:
    """Return a rectangle with round corners."""
    r = min(radius, width / 2, height / 2)
    left, right, top, bottom = x + r, x + width - r, y + r, y + height - r
    corners = ((right, bottom, 0), (left, bottom, 90), (left, top, 180), (right, top, 270))
    return [p for cx, cy, a in corners for p in ellipse(cx, cy, r, r, a, a + 90)]


def arch(x: float, y: float, width: float, height: float) -> Shape:
    """Return a rectangle with a half-round top."""
    r = width / 2
    top = ellipse(x + r, y + r, r, r, 180, 360)
    return [*top, (x + width, y + height), (x, y + height)]


def _between(p0: Point, p1: Point, p2: Point, p3: Point, t: float) -> Point:
    """Return the point at *t* between p1 and p2 of a Catmull-Rom spline."""
    return tuple(
        0.5
        * (
            2 * b
            + (c - a) * t
            + (2 * a - 5 * b + 4 * c - d) * t**2
            + (3 * b - a - 3 * c + d) * t**3
        )
        for a, b, c, d in zip(p0, p1, p2, p3, strict=True)
    )


def curve(points: Sequence[Point], steps: int = 14) -> Shape:
    """Return an open smooth line through the points."""
    padded = [points[0], *points, points[-1]]
    spans = zip(padded, padded[1:], padded[2:], padded[3:], strict=False)
    return [_between(*span, i / steps) for span in spans for i in range(steps)] + [points[-1]]


def blob(points: Sequence[Point], steps: int = 14) -> Shape:
    """Return a closed smooth shape through the points."""
    ring = [points[-1], *points, points[0], points[1]]
    spans = zip(ring, ring[1:], ring[2:], ring[3:], strict=False)
    return [_between(*span, i / steps) for span in spans for i in range(steps)]


def stroke(points: Sequence[Point], width: float, end_width: float | None = None) -> Shape:
    """Return the outline of a smooth line with round ends, tapering to *end_width* if given."""
    line = curve(points) if len(points) > 2 else list(points)
    end_width = width if end_width is None else end_width
    left, right = [], []
    for i, (x, y) in enumerate(line):
        (ax, ay), (bx, by) = line[max(i - 1, 0)], line[min(i + 1, len(line) - 1)]
        length = math.hypot(bx - ax, by - ay) or 1
        half = (width + (end_width - width) * i / (len(line) - 1)) / 2
        nx, ny = -(by - ay) / length * half, (bx - ax) / length * half
        left.append((x + nx, y + ny))
        right.append((x - nx, y - ny))
    return [*left, *_cap(left[-1], right[-1]), *reversed(right), *_cap(right[0], left[0])]


def _cap(one: Point, other: Point) -> Shape:
    """Return the half circle from *one* to *other*."""
    cx, cy = (one[0] + other[0]) / 2, (one[1] + other[1]) / 2
    radius = math.hypot(one[0] - cx, one[1] - cy)
    start = math.degrees(math.atan2(one[1] - cy, one[0] - cx))
    return ellipse(cx, cy, radius, radius, start, start - 180)


def ridge(
    width: float, base: float, height: float, rng: Random, peaks: int = 5, foot: float = 1000
) -> Shape:
    """Return a rolling skyline from edge to edge, filled down to *foot*."""
    step = width / peaks
    crest = [
        (i * step + rng.uniform(-0.25, 0.25) * step, base - rng.uniform(0, height))
        for i in range(-1, peaks + 2)
    ]
    return [(-step * 2, foot), *curve(crest), (width + step * 2, foot)]


def move(shape: Shape, dx: float, dy: float) -> Shape:
    """Return the shape moved."""
    return [(x + dx, y + dy) for x, y in shape]


def turn(shape: Shape, degrees: float, about: Point) -> Shape:
    """Return the shape turned clockwise about a point."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    ox, oy = about
    return [(ox + (x - ox) * c - (y - oy) * s, oy + (x - ox) * s + (y - oy) * c) for x, y in shape]


def place(shape: Sequence[Point], x: float, y: float, size: float = 1, flip: bool = False) -> Shape:
    """Return a shape drawn about (0, 0) at another place and size, mirrored if *flip*."""
    across = -size if flip else size
    return [(x + px * across, y + py * size) for px, py in shape]
