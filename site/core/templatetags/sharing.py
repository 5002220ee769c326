"""Links by which readers pass a page on."""

from django import template

from core.links import Link
from core.sharing import share_links
from core.site_settings import SiteSettings

register = template.Library()


@register.simple_tag
def sharing(title: str, url: str | None, brand: SiteSettings | None) -> list[Link]:
    """Return the links that pass on a page, to where the settings say; a new one has none."""
    if not url or not brand:
        return []
    return share_links(title, url, [block.value for block in brand.sharing])
