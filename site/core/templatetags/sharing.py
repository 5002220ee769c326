"""Links by which readers pass a page on."""

from django import template

from core.links import Link
from core.sharing import share_links
from core.site_settings import SiteSettings

register = template.Library()


@register.simple_tag
def sharing(title: str, url: str, brand: SiteSettings | None) -> list[Link]:
    """Return the links that pass on a page, to where the site's settings say."""
    return share_links(title, url, [block.value for block in brand.sharing]) if brand else []
