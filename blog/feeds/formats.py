"""How feeds are written, on the ground of Django's generators.

Sources: RSS 2.0 and the RSS Advisory Board's profile, RFC 4287 (Atom), JSON Feed 1.1.
"""

import json
from datetime import UTC, datetime
from typing import IO, Any
from xml.sax.xmlreader import AttributesImpl

from django.utils.feedgenerator import Atom1Feed, Enclosure, Rss201rev2Feed, SyndicationFeed
from django.utils.xmlutils import SimplerXMLGenerator

Item = dict[str, Any]

# An empty feed has never changed; it must say when it did (RFC 4287, section 4.1.1).
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class WholePosts(SyndicationFeed):
    """Feeds whose items have ``content`` (HTML), a plain ``summary``, and several ``authors``."""

    def latest_post_date(self) -> datetime:
        """Return when it last changed; Django's would say now of an empty one."""
        return super().latest_post_date() if self.items else NEVER


class RssFeed(WholePosts, Rss201rev2Feed):
    """RSS 2.0 with the content, each author, and all files, of which it has room for one itself."""

    def rss_attributes(self) -> dict[str, str]:
        return {
            **super().rss_attributes(),
            "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
            "xmlns:dc": "http://purl.org/dc/elements/1.1/",
            "xmlns:media": "http://search.yahoo.com/mrss/",
        }

    def add_item_elements(self, handler: SimplerXMLGenerator, item: Item) -> None:
        first, others = item["enclosures"][:1], item["enclosures"][1:]
        super().add_item_elements(handler, {**item, "author_name": None, "enclosures": first})
        for author in item["authors"]:
            handler.addQuickElement("dc:creator", author["name"])
        handler.addQuickElement("content:encoded", item["content"])
        for enclosure in others:
            handler.addQuickElement("media:content", None, _media(enclosure))


class AtomFeed(WholePosts, Atom1Feed):
    """Atom with the content, and each author with their address."""

    def add_item_elements(self, handler: SimplerXMLGenerator, item: Item) -> None:
        super().add_item_elements(handler, item)
        for author in item["authors"]:
            handler.startElement("author", AttributesImpl({}))
            handler.addQuickElement("name", author["name"])
            handler.addQuickElement("uri", author["url"])
            handler.endElement("author")
        handler.addQuickElement("content", item["content"], {"type": "html"})


class JsonFeed(WholePosts):
    """JSON Feed 1.1."""

    content_type = "application/feed+json; charset=utf-8"

    def write(self, outfile: IO[str], encoding: str) -> None:
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.feed["title"],
            "home_page_url": self.feed["link"],
            "feed_url": self.feed["feed_url"],
            "description": self.feed["description"],
            "language": self.feed["language"],
            "authors": [{"name": self.feed["author_name"]}],
            "items": [self._item(item) for item in self.items],
        }
        json.dump(_without_blanks(feed), outfile, ensure_ascii=False)

    def _item(self, item: Item) -> Item:
        images = (it.url for it in item["enclosures"] if it.mime_type.startswith("image/"))
        return _without_blanks(
            {
                "id": item["unique_id"],
                "url": item["link"],
                "title": item["title"],
                "content_html": item["content"],
                "summary": item["summary"],
                "image": next(images, ""),
                "date_published": _moment(item["pubdate"]),
                "date_modified": _moment(item["updateddate"]),
                "authors": item["authors"],
                "tags": list(item["categories"]),
                "attachments": [
                    {
                        "url": enclosure.url,
                        "mime_type": enclosure.mime_type,
                        "size_in_bytes": int(enclosure.length),
                    }
                    for enclosure in item["enclosures"]
                ],
            }
        )


FORMATS: dict[str, type[WholePosts]] = {"rss": RssFeed, "atom": AtomFeed, "json": JsonFeed}


def _media(enclosure: Enclosure) -> dict[str, str]:
    return {
        "url": enclosure.url,
        "fileSize": enclosure.length,
        "type": enclosure.mime_type,
    }


def _moment(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _without_blanks(values: Item) -> Item:
    """Leave out what is not known, but the list of items."""
    return {name: value for name, value in values.items() if value or name == "items"}
