"""What the demo's posts are made of: pictures, authors, topics, books, disclaimers."""

from functools import cache
from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from PIL.Image import Image as Picture

from blog.models import (
    AffiliateProgram,
    Author,
    AuthorLink,
    Book,
    Disclaimer,
    RetailerLink,
    Series,
    Topic,
)
from core.models import CreditedImage

from . import illustrations
from .content import read

CREDIT = "Drawn by a script of this project"


@cache
def scene(name: str) -> CreditedImage:
    """Return an illustration as an image of the site's library."""
    return _image(f"scene-{name}", lambda: illustrations.scene(name))


def author(entry: dict[str, Any]) -> Author:
    """Return an author, added where they are not there yet."""
    fields = ("name", "credentials", "role", "organisation", "place", "website", "bio", "guest")
    seed = entry["portrait"]
    portrait = _image(f"portrait-{entry['slug']}", lambda: illustrations.portrait(seed))
    author, is_new = Author.objects.get_or_create(
        slug=entry["slug"],
        defaults={field: entry.get(field, "") for field in fields} | {"photo": portrait},
    )
    if is_new:
        author.links = [AuthorLink(**link) for link in entry.get("links", [])]
        author.save()
    return author


def topic(entry: dict[str, Any]) -> Topic:
    """Return a topic, added where it is not there yet."""
    topic, _ = Topic.objects.get_or_create(
        slug=entry["slug"],
        defaults={"name": entry["name"], "description": entry["description"]},
    )
    return topic


def series(entry: dict[str, Any]) -> Series:
    """Return a series, added where it is not there yet."""
    series, _ = Series.objects.get_or_create(
        slug=entry["slug"],
        defaults={"name": entry["name"], "description": entry["description"]},
    )
    return series


def program(entry: dict[str, Any]) -> AffiliateProgram:
    """Return an affiliate program, added where it is not there yet."""
    fields = ("parameter", "value", "text")
    program, _ = AffiliateProgram.objects.get_or_create(
        name=entry["name"], defaults={field: entry[field] for field in fields}
    )
    return program


def book(entry: dict[str, Any], programs: dict[str, AffiliateProgram]) -> Book:
    """Return a book with its links, added where it is not there yet."""
    fields = ("authors", "year", "publisher", "isbn", "description")
    book, is_new = Book.objects.get_or_create(
        title=entry["title"], defaults={field: entry[field] for field in fields}
    )
    if is_new:
        book.cover = _image(
            f"cover-{entry['slug']}",
            lambda: illustrations.cover(entry["title"], entry["authors"], entry["slug"]),
        )
        book.links = [
            RetailerLink(
                name=link["name"], url=link["url"], program=programs.get(link.get("program"))
            )
            for link in entry["links"]
        ]
        book.save()
    return book


def disclaimer(entry: dict[str, Any]) -> Disclaimer:
    """Return a disclaimer, added where it is not there yet."""
    disclaimer, _ = Disclaimer.objects.get_or_create(
        name=entry["name"], defaults={field: entry[field] for field in ("rule", "place", "text")}
    )
    return disclaimer


def shelves() -> dict[str, dict[str, Any]]:
    """Return all of them, by kind and by the name that the content files use."""
    books = read("books")
    programs = {entry["slug"]: program(entry) for entry in books["program"]}
    return {
        "author": {entry["slug"]: author(entry) for entry in read("authors")["author"]},
        "topic": {entry["slug"]: topic(entry) for entry in read("topics")["topic"]},
        "series": {entry["slug"]: series(entry) for entry in read("series")["series"]},
        "book": {entry["slug"]: book(entry, programs) for entry in books["book"]},
        "disclaimer": {
            entry["slug"]: disclaimer(entry) for entry in read("disclaimers")["disclaimer"]
        },
    }


def _image(title: str, draw: Any) -> CreditedImage:
    image = CreditedImage.objects.filter(title=title).first()
    if image:
        return image
    picture = draw()
    return CreditedImage.objects.create(
        title=title,
        file=ContentFile(_jpeg(picture), name=f"{title}.jpg"),
        width=picture.width,
        height=picture.height,
        credit=CREDIT,
        licence=CreditedImage.Licence.CC0,
    )


def _jpeg(picture: Picture) -> bytes:
    file = BytesIO()
    picture.save(file, "JPEG", quality=88, optimize=True)
    return file.getvalue()
