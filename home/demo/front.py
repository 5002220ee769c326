"""The demo's front page."""

from typing import Any

from wagtail.models import Page

from blog.models import PostPage
from newsletter.models import Newsletter

from ..models import HomePage
from . import library
from .content import read
from .posts import Shelves


def load(home: HomePage, newsletter: Newsletter, shelves: Shelves) -> None:
    """Put the demo's blocks on the front page, unless it has some."""
    if home.body:
        return
    home.body = [
        (block["type"], _value(block, home, newsletter, shelves))
        for block in read("front")["block"]
    ]
    home.save_revision().publish()


def _value(
    block: dict[str, Any], home: HomePage, newsletter: Newsletter, shelves: Shelves
) -> dict[str, Any]:
    """Return the value of a block of the file."""
    words = {name: value for name, value in block.items() if name not in ("type", "slug", "scene")}
    match block["type"]:
        case "hero":
            return words | {"image": library.scene(block["scene"])}
        case "featured":
            posts = PostPage.objects.descendant_of(home)
            picked = [posts.get(slug=slug) for slug in block["slugs"]]
            return {"title": block["title"], "posts": picked}
        case "latest":
            return words | {"topic": shelves["topic"].get(block["topic"])}
        case "topics":
            return words | {"topics": [shelves["topic"][slug] for slug in block["topics"]]}
        case "signup":
            return {"newsletter": newsletter}
        case "call_to_action":
            return words | {"page": Page.objects.child_of(home).get(slug=block["slug"])}
    return words
