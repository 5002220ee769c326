"""The surface that the illustrations are drawn on: flat shapes, light, and a paper grain.

Shapes are drawn at twice the size and scaled down at the end, which smooths their edges.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from .geometry import Shape
from .palette import Colour

SCALE = 2
SOFT = 4  # blurred shapes are drawn this many times smaller: a blur hides it and is far faster


@lru_cache(maxsize=64)
def _ramp(angle: float) -> Image.Image:
    """Return a small gradient, black to white in the direction of *angle* (90 is downwards)."""
    dx, dy = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    reach = (abs(dx) + abs(dy)) * 31.5
    values = (
        round(255 * (((x - 31.5) * dx + (y - 31.5) * dy) / reach + 1) / 2)
        for y in range(64)
        for x in range(64)
    )
    return Image.frombytes("L", (64, 64), bytes(values))


@lru_cache(maxsize=1)
def _halo() -> Image.Image:
    """Return a disc of light, white in the middle and gone at the rim."""
    fade = [round(255 * max(0.0, 1 - i / 180) ** 2) for i in range(256)]
    return Image.radial_gradient("L").point(fade)


class Canvas:
    """A picture in the making. Sizes and places are in pixels of the finished picture."""

    def __init__(self, width: int, height: int, seed: str) -> None:
        self.width, self.height = width, height
        self.rng = Random(seed)
        self.image = Image.new("RGB", (width * SCALE, height * SCALE))
        noise = Image.frombytes("L", (width, height), self.rng.randbytes(width * height))
        self._noise = noise
        self._coarse = noise.resize(self.image.size, Image.Resampling.NEAREST)

    def fill(
        self,
        shape: Shape,
        colour: Colour,
        to: Colour | None = None,
        angle: float = 90,
        opacity: float = 1,
    ) -> None:
        """Fill a shape with a colour, or with a gradient from *colour* to *to*."""
        if to is None and opacity >= 1:
            ImageDraw.Draw(self.image).polygon(_scaled(shape), colour)
            return
        if box := self._box(shape):
            size = (box[2] - box[0], box[3] - box[1])
            paint = Image.new("RGB", size, colour)
            if to is not None:
                paint.paste(to, mask=_ramp(angle).resize(size, Image.Resampling.BILINEAR))
            self.image.paste(paint, box, _times(self._mask([shape], box), opacity))

    def fill_all(self, shapes: Sequence[Shape], colour: Colour, opacity: float = 1) -> None:
        """Fill many shapes as one, so that overlaps do not add up."""
        if shapes and (box := self._box([p for shape in shapes for p in shape])):
            self.image.paste(colour, box, _times(self._mask(shapes, box), opacity))

    def shade(self, shape: Shape, colour: Colour, angle: float = 0, strength: float = 0.6) -> None:
        """Stipple a colour into a shape, thickening in the direction of *angle*."""
        self.shade_all([shape], colour, angle, strength)

    def shade_all(
        self, shapes: Sequence[Shape], colour: Colour, angle: float = 0, strength: float = 0.6
    ) -> None:
        """Stipple a colour into many shapes as one."""
        if box := self._box([p for shape in shapes for p in shape]):
            ramp = _ramp(angle).resize(
                (box[2] - box[0], box[3] - box[1]), Image.Resampling.BILINEAR
            )
            stipple = ImageChops.subtract(ramp, self._coarse.crop(box), scale=0.5)
            mask = ImageChops.multiply(stipple, self._mask(shapes, box))
            self.image.paste(colour, box, _times(mask, strength))

    def soften(self, shape: Shape, colour: Colour, blur: float, opacity: float = 1) -> None:
        """Fill a shape with blurred edges: a shadow, mist, a pool of light."""
        if box := self._box(shape, margin=blur * 3):
            k = SCALE * SOFT
            size = ((box[2] - box[0]) // k + 1, (box[3] - box[1]) // k + 1)
            mask = Image.new("L", size)
            points = [((x * SCALE - box[0]) / k, (y * SCALE - box[1]) / k) for x, y in shape]
            ImageDraw.Draw(mask).polygon(points, round(255 * opacity))
            mask = mask.filter(ImageFilter.GaussianBlur(blur / SOFT))
            full = mask.resize((size[0] * k, size[1] * k), Image.Resampling.BICUBIC)
            self.image.paste(colour, box, full.crop((0, 0, box[2] - box[0], box[3] - box[1])))

    def glow(
        self, x: float, y: float, radius: float, colour: Colour, strength: float = 0.6
    ) -> None:
        """Add light that falls off from a point."""
        square = [(x - radius, y - radius), (x + radius, y + radius)]
        if box := self._box(square):
            side = round(radius * 2 * SCALE)
            left, top = round((x - radius) * SCALE), round((y - radius) * SCALE)
            halo = _times(_halo(), strength).resize((side, side), Image.Resampling.BICUBIC)
            halo = halo.crop((box[0] - left, box[1] - top, box[2] - left, box[3] - top))
            light = Image.new("RGB", halo.size)
            light.paste(colour, mask=halo)
            self.image.paste(ImageChops.screen(self.image.crop(box), light), box)

    @contextmanager
    def clip(self, shape: Shape) -> Iterator[None]:
        """Keep what is drawn meanwhile inside a shape."""
        before = self.image.copy()
        yield
        if box := self._box(shape):
            before.paste(self.image.crop(box), box, self._mask([shape], box))
        self.image = before

    def reflect(
        self, y: float, colour: Colour, tint: float = 0.4, ripple: float = 6, smear: float = 3
    ) -> None:
        """Turn what lies below the line *y* into water that mirrors what stands above it."""
        line, (width, height) = round(y * SCALE), self.image.size
        depth, spare = min(height - line, line), round(ripple * SCALE * 2)
        water = self.image.crop((0, line - depth, width, line))
        water = water.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        water = water.resize((width + spare * 2, depth))
        water = Image.blend(water, Image.new("RGB", water.size, colour), tint)
        water = water.filter(ImageFilter.BoxBlur((1, smear * SCALE)))
        self.image.paste(colour, (0, line, width, height))
        for row in range(0, depth, 2):
            wave = math.sin(row**0.8 * 0.14) + 0.5 * math.sin(row**0.85 * 0.23 + 1)
            left = spare + round(wave * ripple * SCALE * (0.1 + row / depth))
            strip = water.crop((left, row, left + width, min(row + 2, depth)))
            self.image.paste(strip, (0, line + row))

    def finish(
        self, grain: int = 5, vignette: float = 0.17, edge: Colour = (12, 14, 30)
    ) -> Image.Image:
        """Return the picture at its final size, with darker corners and a paper grain."""
        picture = self.image.resize((self.width, self.height), Image.Resampling.LANCZOS)
        corners = Image.radial_gradient("L").point(
            [round(vignette * max(0, i - 90) * 1.5) for i in range(256)]
        )
        picture.paste(edge, mask=corners.resize(picture.size, Image.Resampling.BICUBIC))
        noise = self._noise.filter(ImageFilter.GaussianBlur(0.5))
        noise = noise.point([128 + round((i - 128) / 128 * grain * 2) for i in range(256)])
        return ImageChops.add(picture, Image.merge("RGB", [noise] * 3), offset=-128)

    def _box(self, shape: Shape, margin: float = 0) -> tuple[int, int, int, int] | None:
        """Return the part of the surface that a shape touches, or None if it lies outside."""
        xs, ys = [x for x, _ in shape], [y for _, y in shape]
        left = max(0, math.floor((min(xs) - margin) * SCALE))
        top = max(0, math.floor((min(ys) - margin) * SCALE))
        right = min(self.image.width, math.ceil((max(xs) + margin) * SCALE) + 1)
        bottom = min(self.image.height, math.ceil((max(ys) + margin) * SCALE) + 1)
        return (left, top, right, bottom) if right > left and bottom > top else None

    def _mask(self, shapes: Sequence[Shape], box: tuple[int, int, int, int]) -> Image.Image:
        """Return the shapes in white on black, cut to *box*."""
        mask = Image.new("L", (box[2] - box[0], box[3] - box[1]))
        draw = ImageDraw.Draw(mask)
        for shape in shapes:
            draw.polygon([(x - box[0], y - box[1]) for x, y in _scaled(shape)], 255)
        return mask


def _scaled(shape: Shape) -> Shape:
    return [(x * SCALE, y * SCALE) for x, y in shape]


def _times(mask: Image.Image, factor: float) -> Image.Image:
    return mask if factor >= 1 else mask.point([round(i * factor) for i in range(256)])
