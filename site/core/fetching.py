"""Fetch rows of several models in one query.

A page shows a little of many kinds of things. Asked for one by one, each kind costs a way to the
database and back; put together, all of them cost one.
"""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from django.db import models
from django.db.models import F, Func, JSONField, Model, QuerySet, Value
from django.utils.timezone import is_naive


def fetch(*querysets: QuerySet) -> list[list[Any]]:
    """Return the objects of each queryset, all found in one query.

    Of a model no more is loaded than the queryset asks for with ``only`` or ``defer``. They come in
    no order. Nothing is asked of the database where no queryset can have a row.
    """
    found: list[list[Any]] = [[] for _queryset in querysets]
    rows = [
        queryset.order_by().values_list(Value(number, models.IntegerField()), _as_json(queryset))
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


def _as_json(queryset: QuerySet) -> "_Row":
    """Return the row as JSON; only the fields that it inherits have to be looked up by a join."""
    alias = queryset.query.get_initial_alias()
    own = queryset.model._meta.concrete_model
    fields = _fields(queryset)
    return _Row(
        [field.attname for field in fields],
        [field.get_col(alias) if field.model is own else F(field.attname) for field in fields],
    )


class _Row(Func):
    """A JSON object of columns: as JSONObject, but names need no parameter and no cast each."""

    function = "JSON_OBJECT"
    output_field = JSONField()

    def __init__(self, names: Sequence[str], columns: Sequence[Any]) -> None:
        super().__init__(*columns)
        self._names = names

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        columns = [compiler.compile(column)[0] for column in self.source_expressions]
        pairs = (f"'{name}', {sql}" for name, sql in zip(self._names, columns, strict=True))
        return f"{context.get('function', self.function)}({', '.join(pairs)})", []

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return self.as_sql(compiler, connection, function="JSONB_BUILD_OBJECT")


def _loaded(field: models.Field, value: Any) -> Any:
    """Return the value of a field from JSON; SQLite writes moments without their zone, in UTC."""
    value = field.to_python(value)
    if isinstance(field, models.DateTimeField) and value is not None and is_naive(value):
        return value.replace(tzinfo=UTC)
    return value
