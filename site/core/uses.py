"""Where something is used: in what is published, and in drafts that are not.

Wagtail's reference index knows foreign keys, what blocks choose, and links in rich text; of a page
it knows what is stored with the page itself. Many-to-many fields and drafts are searched here.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, QuerySet, TextField
from django.db.models.functions import Cast
from wagtail.models import Page, ReferenceIndex, Revision

MOST_IN_A_PATTERN = 100


class Place(NamedTuple):
    """An object by its content type (that of ``Page`` for every page) and its key as text."""

    kind: int
    key: str

    @classmethod
    def of(cls, model: type[Model] | Model, key: object) -> "Place":
        base = [model, *model._meta.get_parent_list()][-1]
        return cls(ContentType.objects.get_for_model(base).pk, str(key))


class Use(NamedTuple):
    """That something is used, and what uses it."""

    used: Place
    user: Place


def uses_of(objects: Sequence[Model]) -> list[Use]:
    """Return the uses of objects of one kind, each once, but for those by each other."""
    used = {Place.of(it, it.pk) for it in objects}
    ways = (_in_index(objects), _by_many_to_many(objects), _in_drafts(objects, used))
    uses = [use for use in dict.fromkeys(chain(*ways)) if use.user not in used]
    existing = _existing(use.user for use in uses)
    return [use for use in uses if use.user in existing]


def fetched(places: Iterable[Place]) -> dict[Place, Model]:
    """Return the objects at places, as far as there are any, in one look-up for each kind."""
    found = {}
    for model, keys in _by_model(places):
        found |= {Place.of(it, it.pk): it for it in model._base_manager.filter(pk__in=keys)}
    return found


def _existing(places: Iterable[Place]) -> set[Place]:
    """The places that are not left over in the index from what was deleted behind its back."""
    found = set()
    for model, keys in _by_model(places):
        known = model._base_manager.filter(pk__in=keys).values_list("pk", flat=True)
        found |= {Place.of(model, key) for key in known}
    return found


def _by_model(places: Iterable[Place]) -> Iterator[tuple[type[Model], set[str]]]:
    keys = defaultdict(set)
    for place in places:
        keys[place.kind].add(place.key)
    for kind, its_keys in keys.items():
        if model := ContentType.objects.get_for_id(kind).model_class():
            yield model, its_keys


def _in_index(objects: Sequence[Model]) -> Iterator[Use]:
    fields = ("to_content_type", "to_object_id", "base_content_type", "object_id")
    rows = ReferenceIndex.get_references_to_in_bulk(objects).order_by(*fields[2:])
    for to_kind, to_key, kind, key in rows.values_list(*fields).distinct():
        yield Use(Place(to_kind, to_key), Place(kind, key))


def _by_many_to_many(objects: Sequence[Model]) -> Iterator[Use]:
    """The uses in many-to-many fields of what editors write; the index does not follow these."""
    model = type(objects[0])
    for relation in model._meta.get_fields(include_hidden=True):
        if not (relation.many_to_many and relation.auto_created):
            continue
        if not ReferenceIndex.is_indexed(relation.related_model):
            continue
        to, source = relation.field.m2m_reverse_field_name(), relation.field.m2m_field_name()
        rows = relation.through._base_manager.filter(**{f"{to}__in": objects})
        for to_key, key in rows.order_by("pk").values_list(f"{to}_id", f"{source}_id"):
            yield Use(Place.of(model, to_key), Place.of(relation.related_model, key))


def _in_drafts(objects: Sequence[Model], used: set[Place]) -> Iterator[Use]:
    for revision in _drafts_that_may_name(objects).iterator(chunk_size=100):
        model = ContentType.objects.get_for_id(revision.content_type_id).model_class()
        if model is None:
            continue
        # What it names may be gone already. That is no reason not to read the rest.
        draft = model.from_serializable_data(revision.content, check_fks=False)
        for place in used.intersection(_named_in(draft, type(objects[0]))):
            yield Use(place, Place.of(model, revision.object_id))


def _drafts_that_may_name(objects: Sequence[Model]) -> QuerySet[Revision]:
    """The drafts of pages, and what is scheduled, with the key of an object somewhere in them."""
    unpublished = Page.objects.filter(has_unpublished_changes=True).values("latest_revision")
    drafts = Revision.page_revisions.filter(
        Q(pk__in=unpublished) | Q(approved_go_live_at__isnull=False)
    )
    if len(objects) > MOST_IN_A_PATTERN:
        return drafts
    keys = "|".join(re.escape(str(it.pk)) for it in objects)
    return drafts.annotate(text=Cast("content", TextField())).filter(
        text__regex=rf"(^|[^0-9])({keys})([^0-9]|$)"
    )


def _named_in(draft: Page, model: type[Model]) -> Iterator[Place]:
    # Wagtail offers no other way to ask for the references of what is not stored.
    for kind, key, *_paths in ReferenceIndex._extract_references_from_object(draft):
        yield Place(kind, key)
    for field in draft._meta.many_to_many:
        if field.related_model is model:
            yield from (Place.of(it, it.pk) for it in getattr(draft, field.name).all())
