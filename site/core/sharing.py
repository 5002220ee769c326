"""Links by which readers pass a page on. They are plain links: nobody is told of those unused."""

from collections.abc import Iterable
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from .links import Link

# What each network takes: {title}, {url}, and {text}, which is both.
_ADDRESSES = {
    "email": "mailto:?subject={title}&body={title}%0D%0A{url}",  # RFC 6068
    "mastodon": "https://share.joinmastodon.org/#text={text}",
    "bluesky": "https://bsky.app/intent/compose?text={text}",
    "facebook": "https://www.facebook.com/sharer/sharer.php?u={url}",
    "linkedin": "https://www.linkedin.com/sharing/share-offsite/?url={url}",
    "whatsapp": "https://wa.me/?text={text}",
}
NETWORKS = {
    "email": _("Email"),
    "mastodon": "Mastodon",
    "bluesky": "Bluesky",
    "facebook": "Facebook",
    "linkedin": "LinkedIn",
    "whatsapp": "WhatsApp",
}


class NetworkBlock(blocks.ChoiceBlock):
    """Where readers may pass a page on."""

    choices = list(NETWORKS.items())

    class Meta:
        icon = "link"
        label = _("Network")


def share_links(title: str, url: str, networks: Iterable[str]) -> list[Link]:
    """Return the links that pass on a page, each network's once, in the order given."""
    title = " ".join(title.split())
    values = {"title": title, "url": url, "text": f"{title} {url}"}
    encoded = {name: quote(value, safe="") for name, value in values.items()}
    known = [name for name in dict.fromkeys(networks) if name in NETWORKS]
    return [Link(NETWORKS[name], _ADDRESSES[name].format(**encoded)) for name in known]
