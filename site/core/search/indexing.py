"""Index objects: tokens of their search fields, and the text from which excerpts are taken."""

import copy
import re
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from django.db.models import Model
from modelsearch.backends.base import BaseIndex
from wagtail.search.index import BaseField, SearchField

from core.channels import without_controls

from .tokens import index_text

# Excerpts are taken from the beginning of long texts.
MAX_EXCERPTED_LENGTH = 50_000
# Controls that no text has: start and end of text.
_START, _END = "\x02", "\x03"
_EXCERPTED = re.compile(f"{_START}(.*?){_END}", re.DOTALL)


class ExcerptField(SearchField):
    """A search field whose text is kept as it is, for excerpts around what was found."""


class Indexer(Protocol):
    """Wagtail's ``ObjectIndexer``, which is another for each database."""

    search_fields: list[BaseField]

    def prepare_field(self, obj: Model, field: BaseField) -> Iterable[Sequence[Any]]:
        """Yield fields, each with its content as the last item."""


class TokenizingIndex(BaseIndex):
    """Mixin for Wagtail's indexes that indexes the tokens of texts instead of the texts."""

    indexer_class: type[Indexer]

    def add_items(self, model: type[Model], items: Iterable[Model]) -> None:
        """Index objects."""
        indexers = ((item, self.indexer_class(item, self.backend)) for item in items)
        super().add_items(model, [_Tokenized(item, indexer) for item, indexer in indexers])


class _Tokenized:
    """Stands in for an object while it is indexed."""

    def __init__(self, item: Model, indexer: Indexer) -> None:
        self.pk = item.pk
        self._fields = [
            _holding(field, text)
            for outer in indexer.search_fields
            for field, *_weight, text in indexer.prepare_field(item, outer)
        ]

    def get_search_fields(self) -> list[BaseField]:
        return self._fields


def excerpted_text(indexed: str) -> str:
    """Return the text to take excerpts from, given what the index holds of an object."""
    return " ".join(_EXCERPTED.findall(indexed))


def _holding(field: BaseField, text: str) -> BaseField:
    """Return a search field that holds the tokens of a text, or the text where it is excerpted."""
    if isinstance(field, ExcerptField):
        # A soft hyphen would have the database find each half of a word.
        text = without_controls(text[:MAX_EXCERPTED_LENGTH]).replace("\u00ad", "")
        held = f"{_START}{text}{_END}"
    else:
        held = index_text(text)
    field = copy.copy(field)
    field.get_value = lambda _item: held
    return field
