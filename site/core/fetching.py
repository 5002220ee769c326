"""Fetch rows of several models in one query.

A page shows a little of many kinds of things. Asked for one by one, each kind costs a way to the
database and back; put together, all of them cost one.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import Any

from django.db import models
from django.db.models import F, Model, QuerySet, Value
from django.db.models.functions import JSONObject
from django.utils.timezone import is_naive


def fetch(*querysets: QuerySet) -> list[list[Any]]:
    """Return the objects of each queryset, all found in one query.

    Of a model no more is loaded than the queryset asks for with ``only`` or ``defer``. They come in
    no order. Nothing is asked of the database where no queryset can have a row.
    """
    found: list[list[Any]] = [[] for _queryset in querysets]
    rows = [
        queryset.order_by().values_list(
            Value(number, models.IntegerField()), _as_json(_fields(queryset))
        )
        for number, queryset in enumerate(querysets)
        if not queryset.query.is_empty()
    ]
    if not rows:
        return found
    loaders = [_Loader(queryset) for queryset in querysets]
    for number, values in rows[0].union(*rows[1:], all=True):
        found[number].append(loaders[number].load(values))
    return found


def remember(instance: Model, relation: str, objects: Sequence[Model]) -> None:
    """Let an object know what is related to it, as ``prefetch_related`` does."""
    queryset = getattr(instance, relation).get_queryset()
    queryset._result_cache = list(objects)
    queryset._prefetch_done = True
    instance._prefetched_objects_cache = getattr(instance, "_prefetched_objects_cache", {})
    instance._prefetched_objects_cache[relation] = queryset


class _Loader:
    """Makes the objects of a queryset from the rows of it that the database gave as JSON."""

    def __init__(self, queryset: QuerySet) -> None:
        self._fields = _fields(queryset)
        self._names = [field.attname for field in self._fields]
        self._model = queryset.model
        self._database = queryset.db

    def load(self, values: dict[str, Any]) -> Model:
        loaded = [_loaded(field, values[field.attname]) for field in self._fields]
        return self._model.from_db(self._database, self._names, loaded)


def _fields(queryset: QuerySet) -> list[models.Field]:
    """Return the fields that a queryset loads, in the order of the model, its key with them."""
    names, is_deferring = queryset.query.deferred_loading
    return [
        field
        for field in queryset.model._meta.concrete_fields
        if field.primary_key or ((field.name in names) != is_deferring)
    ]


def _as_json(fields: Iterable[models.Field]) -> JSONObject:
    return JSONObject(**{field.attname: F(field.attname) for field in fields})


def _loaded(field: models.Field, value: Any) -> Any:
    """Return the value of a field from JSON; SQLite writes moments without their zone, in UTC."""
    value = field.to_python(value)
    if isinstance(field, models.DateTimeField) and value is not None and is_naive(value):
        return value.replace(tzinfo=UTC)
    return value
