"""What pages are about, in the words of schema.org, for search engines to read (JSON-LD 1.1)."""

import json
from collections.abc import Iterable
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from wagtail.images.shortcuts import get_rendition_or_not_found

from core import richtext
from core.models import BasePage, SiteSettings
from core.richtext import absolute_url
from core.templatetags.social import SharedImage

from .models import Author, BlogIndexPage, Book, PostPage

Thing = dict[str, Any]

# Google shows no more of a headline.
_HEADLINE = 110
# As django.utils.html.json_script escapes them: so nothing ends the element before its end.
_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def script(things: list[Thing]) -> SafeString:
    """Return the element that tells of things; nothing where there are none."""
    if not things:
        return SafeString("")
    graph = {"@context": "https://schema.org", "@graph": [_known(thing) for thing in things]}
    text = json.dumps(graph, ensure_ascii=False).translate(_ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')


def of_post(post: PostPage, brand: SiteSettings, image: SharedImage | None) -> list[Thing]:
    """Return a post, where it lies, and the questions that it answers."""
    url = post.primary_url
    article = {
        "@type": "BlogPosting",
        "@id": f"{url}#post",
        "headline": post.title[:_HEADLINE],
        "description": post.search_description or post.excerpt,
        "image": image and image.url,
        "datePublished": _moment(post.first_published_at),
        "dateModified": _moment(post.last_published_at or post.first_published_at),
        "author": [person(author) for author in post.authors],
        "publisher": organization(brand),
        "mainEntityOfPage": url,
        "url": url,
        "articleSection": [topic.name for topic in post.filed_under],
        "inLanguage": get_language(),
        "isAccessibleForFree": True,
    }
    return [article, breadcrumbs(post), *_questions(post)]


def of_section(section: BlogIndexPage) -> list[Thing]:
    """Return where a section lies."""
    return [breadcrumbs(section)]


def of_author(author: Author) -> list[Thing]:
    """Return the person that a page is about."""
    return [{"@type": "ProfilePage", "mainEntity": person(author, in_full=True)}]


def of_books(books: Iterable[Book]) -> list[Thing]:
    """Return the books of a list."""
    return [
        {
            "@type": "Book",
            "name": book.title,
            "author": [{"@type": "Person", "name": book.authors}],
            "isbn": book.isbn.replace("-", "").replace(" ", ""),
            "datePublished": str(book.year or ""),
            "publisher": _known({"@type": "Organization", "name": book.publisher}, needed="name"),
            "description": book.description,
        }
        for book in books
    ]


def organization(brand: SiteSettings) -> Thing:
    """Return who publishes the site."""
    return {
        "@type": "Organization",
        "name": brand.organisation or brand.name,
        "url": absolute_url("/"),
        "logo": _logo(brand),
        "sameAs": [profile.value["url"] for profile in brand.profiles],
    }


def _logo(brand: SiteSettings) -> str:
    """Return the URL of the logo in the largest size that pages use."""
    if not brand.frame.logo:
        return ""
    made = get_rendition_or_not_found(brand.frame.logo, "max-720x120|format-webp")
    return absolute_url(made.url) if made.width else ""


def person(author: Author, in_full: bool = False) -> Thing:
    """Return an author; in full, with where else they are found and what they say of themselves."""
    work = _known({"@type": "Organization", "name": author.organisation}, needed="name")
    who = {
        "@type": "Person",
        "name": author.name,
        "honorificSuffix": author.credentials,
        "url": absolute_url(author.get_absolute_url()),
        "jobTitle": author.role,
        "affiliation": work,
    }
    if in_full:
        who["description"] = author.summary
        who["sameAs"] = [author.website, *(link.url for link in author.links.all())]
    return who


def breadcrumbs(page: BasePage) -> Thing:
    """Return the way from the front page to a page."""
    above = [(step.title, step.full_url) for step in page.above]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": url}
            for number, (name, url) in enumerate([*above, (page.title, page.primary_url)], start=1)
        ],
    }


def _questions(post: PostPage) -> list[Thing]:
    lists = [block.value["questions"] for block in post.content if block.block_type == "questions"]
    questions = [
        {
            "@type": "Question",
            "name": item["question"],
            "acceptedAnswer": {"@type": "Answer", "text": richtext.for_text(item["answer"])},
        }
        for items in lists
        for item in items
    ]
    return [{"@type": "FAQPage", "mainEntity": questions}] if questions else []


def _moment(moment: Any) -> str:
    return moment.isoformat() if moment else ""


def _known(thing: Any, needed: str = "@type") -> Any:
    """Return a thing without what is not known of it; nothing where what is needed is not."""
    if isinstance(thing, list):
        return [kept for each in thing if (kept := _known(each))]
    if not isinstance(thing, dict):
        return thing
    known = {name: kept for name, value in thing.items() if (kept := _known(value))}
    return known if needed in known else {}
