"""The card that is shown where a page without a picture is shared: its title, and whose it is."""

import hashlib
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageColor, ImageDraw
from wagtail.models import Page

from .colours import LIGHT_GROUNDS
from .lettering import Setting, fit
from .links import FRONT_PAGE_DEPTH
from .site_settings import SiteSettings
from .text import without_controls

# In pixels; the size that networks ask for.
WIDTH, HEIGHT = 1200, 630
_SPINE = 24
# Between which text stands.
_EDGES = (108, WIDTH - 108)
_PAPER, _INK, _ACCENT = LIGHT_GROUNDS[0], "#1b2124", "#0b5a63"
_BOLD, _MEDIUM = 700, 500
# Counted up when cards are drawn in another way: then their addresses change.
_VERSION = 1


@dataclass(frozen=True)
class Card:
    """What a card shows. ``accent`` is a colour as ``#0b5a63``."""

    title: str
    site: str
    accent: str

    @classmethod
    def of(cls, page: Page, brand: SiteSettings) -> "Card":
        """Return the card of a page; that of the front page names the publication alone."""
        own = getattr(page, "social_title", "") or page.seo_title or page.title
        title = brand.name if page.depth == FRONT_PAGE_DEPTH else own
        return cls(title, brand.name, brand.accent or _ACCENT)

    @property
    def key(self) -> str:
        """What the card's address ends in: another one where it looks different."""
        seen = "\n".join([str(_VERSION), self.title, self.site, self.accent])
        return hashlib.sha256(seen.encode()).hexdigest()[:12]


def draw(card: Card) -> bytes:
    """Return a card as a PNG. Where no font has letters of the title, it is the name alone."""
    title, site = _title(card.title), _fit(card.site, range(36, 35, -1), _MEDIUM, most_lines=1)
    is_named = card.site != card.title and bool(title.lines)
    title = title if title.lines else _title(card.site)
    picture = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    _draw_lamplight(picture, card.accent, title.is_rtl)
    pen = ImageDraw.Draw(picture)
    spine = WIDTH - _SPINE if title.is_rtl else 0
    pen.rectangle((spine, 0, spine + _SPINE, HEIGHT), fill=card.accent)
    if is_named:
        site.write(pen, *_EDGES, 64, card.accent, from_right=title.is_rtl)
    title.write(pen, *_EDGES, (HEIGHT - title.height) // 2 + 16, _INK)
    file = BytesIO()
    picture.quantize(64, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


def _title(text: str) -> Setting:
    return _fit(text, range(88, 43, -4), _BOLD, most_lines=4)


def _fit(text: str, sizes: range, weight: int, most_lines: int) -> Setting:
    left, right = _EDGES
    return fit(without_controls(text), right - left, sizes, weight, most_lines)


def _draw_lamplight(picture: Image.Image, accent: str, is_rtl: bool) -> None:
    """Draw rings of light around the corner where no line begins, fainter the further out."""
    size = (2 * WIDTH, 2 * HEIGHT)  # Drawn larger and made small again, so that edges are smooth.
    light = Image.new("RGB", size, _PAPER)
    pen = ImageDraw.Draw(light)
    x, y = (0 if is_rtl else size[0]), size[1]
    for radius, strength in ((1120, 0.04), (860, 0.07), (620, 0.10), (400, 0.15), (200, 0.9)):
        tint = _mixed(accent, strength)
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=tint)
    picture.paste(light.reduce(2))


def _mixed(accent: str, strength: float) -> tuple[int, ...]:
    pairs = zip(ImageColor.getrgb(accent), ImageColor.getrgb(_PAPER), strict=True)
    return tuple(round(ink * strength + paper * (1 - strength)) for ink, paper in pairs)
