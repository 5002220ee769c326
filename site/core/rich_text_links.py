"""Links and images in rich text. A reference that is not a valid primary key is ignored.

Wagtail looks up what stands in the stored HTML, and the database raises on keys that are no number.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import Model
from django.utils.html import escape
from wagtail.admin.rich_text.converters.html_to_contentstate import PageLinkElementHandler
from wagtail.documents.rich_text import DocumentLinkHandler
from wagtail.documents.rich_text.contentstate import DocumentLinkElementHandler
from wagtail.images.rich_text import ImageEmbedHandler
from wagtail.rich_text import EntityHandler
from wagtail.rich_text.feature_registry import FeatureRegistry
from wagtail.rich_text.pages import PageLinkHandler

from .primary_keys import parse_pk

Attributes = dict[str, str]


class _SafeKeys(EntityHandler):
    """Mixin for tag handlers that looks up valid primary keys only."""

    @classmethod
    def get_many(cls, attrs_list: list[Attributes]) -> list[Model | None]:
        keys = [parse_pk(attributes.get("id")) for attributes in attrs_list]
        known = [{"id": str(key)} for key in keys if key is not None]
        found = iter(super().get_many(known) if known else ())
        return [None if key is None else next(found) for key in keys]

    @classmethod
    def extract_references(cls, attrs: Attributes) -> Iterator[tuple[type[Model], str, str, str]]:
        key = parse_pk(attrs.get("id"))
        if key is not None:
            yield cls.get_model(), str(key), "", ""


class _SafeLinks(_SafeKeys):
    """Mixin for link handlers that renders no link if there is no URL."""

    @classmethod
    def expand_db_attributes_many(cls, attrs_list: list[Attributes]) -> list[str]:
        urls = (target and cls.url_of(target) for target in cls.get_many(attrs_list))
        return [f'<a href="{escape(url)}">' if url else "<a>" for url in urls]

    @staticmethod
    def url_of(target: Any) -> str | None:
        """Return the URL of a link's target; None if it has none."""
        raise NotImplementedError


class SafePageLinkHandler(_SafeLinks, PageLinkHandler):
    @staticmethod
    def url_of(target: Any) -> str | None:
        return target.localized.url


class SafeDocumentLinkHandler(_SafeLinks, DocumentLinkHandler):
    @staticmethod
    def url_of(target: Any) -> str | None:
        return target.url


class SafeImageEmbedHandler(_SafeKeys, ImageEmbedHandler):
    pass


class SafePageLinkElementHandler(PageLinkElementHandler):
    """Shows a stored link to a page in the editor."""

    def get_attribute_data(self, attrs: Attributes) -> dict[str, Any]:
        key = parse_pk(attrs.get("id"))
        return {} if key is None else super().get_attribute_data({**attrs, "id": key})


class SafeDocumentLinkElementHandler(DocumentLinkElementHandler):
    """Shows a stored link to a document in the editor."""

    def get_attribute_data(self, attrs: Attributes) -> dict[str, Any]:
        key = parse_pk(attrs.get("id"))
        return {} if key is None else super().get_attribute_data({**attrs, "id": key})


def register(features: FeatureRegistry) -> None:
    """Replace Wagtail's handlers, which are registered before."""
    features.register_link_type(SafePageLinkHandler)
    features.register_link_type(SafeDocumentLinkHandler)
    features.register_embed_type(SafeImageEmbedHandler)
    rules = features.converter_rules_by_converter["contentstate"]
    rules["link"]["from_database_format"]['a[linktype="page"]'] = SafePageLinkElementHandler("LINK")
    documents = rules["document-link"]["from_database_format"]
    documents['a[linktype="document"]'] = SafeDocumentLinkElementHandler("DOCUMENT")
