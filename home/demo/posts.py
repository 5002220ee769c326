"""The demo's posts, from their files into the page tree."""

from datetime import datetime, timedelta
from typing import Any

from wagtail.rich_text import RichText

from blog.blocks import BodyBlock
from blog.models import BlogIndexPage, PostAuthor, PostPage
from newsletter.models import Newsletter

from . import library

BLOCKS = BodyBlock().child_blocks
Shelves = dict[str, dict[str, Any]]


def load(
    entry: dict[str, Any],
    section: BlogIndexPage,
    newsletter: Newsletter,
    shelves: Shelves,
    now: datetime,
) -> None:
    """Publish a post as so many days ago, unless the section has it already."""
    if PostPage.objects.child_of(section).filter(slug=entry["slug"]).exists():
        return
    at = (now - timedelta(days=entry["days_ago"])).replace(hour=entry["hour"], minute=20)
    post = PostPage(
        title=entry["title"],
        slug=entry["slug"],
        standfirst=entry["standfirst"],
        search_description=entry["search_description"],
        lead_image=library.scene(entry["lead_image"]) if entry["lead_image"] else None,
        lead_image_alt=entry["lead_alt"] if entry["lead_image"] else "",
        body=[body_block(block, newsletter, shelves) for block in entry["body"]],
        series=shelves["series"].get(entry.get("series")),
        part=entry.get("part"),
        first_published_at=at,
        live=False,
    )
    post.bylines = [PostAuthor(author=shelves["author"][slug]) for slug in entry["authors"]]
    post.topics = [shelves["topic"][slug] for slug in entry["topics"]]
    post.tags.add(*entry.get("tags", []))
    section.add_child(instance=post)
    post.save_revision().publish()
    PostPage.objects.filter(pk=post.pk).update(last_published_at=at, latest_revision_created_at=at)


def body_block(block: dict[str, Any], newsletter: Newsletter, shelves: Shelves) -> tuple[str, Any]:
    """Return a block of the file as a block of the body."""
    kind = block["type"]
    match kind:
        case "heading":
            value = block["text"]
        case "paragraph":
            value = RichText(block["html"])
        case "quote":
            value = {name: block[name] for name in ("text", "attribution", "source")}
        case "image":
            value = _picture(block)
        case "gallery":
            value = {"images": [_picture(image) for image in block["images"]]}
        case "posts":
            posts = PostPage.objects.filter(slug__in=block["slugs"]).latest_first()
            value = {"title": block["title"], "posts": list(posts)}
        case "author_bio":
            value = {"author": shelves["author"][block["author"]]}
        case "book":
            value = {"book": shelves["book"][block["book"]], "note": block["note"]}
        case "disclaimer":
            value = {"disclaimer": shelves["disclaimer"][block["disclaimer"]]}
        case "signup":
            value = {"newsletter": newsletter}
        case _:
            value = BLOCKS[kind].to_python({name: block[name] for name in block if name != "type"})
    return kind, value


def _picture(image: dict[str, Any]) -> dict[str, Any]:
    return {
        "image": library.scene(image["scene"]),
        "alt_text": image["alt"],
        "caption": RichText(image["caption"]),
        "credit": image["credit"],
    }
