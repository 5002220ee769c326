"""Fetch rows of several models in one query.

A page shows a little of many kinds of things. Asked for one by one, each kind costs a way to the
database and back; put together, all of them cost one.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models import F, Field, Func, JSONField, Model, Q, QuerySet, Value
from django.utils.timezone import is_naive

from .statements import GivenSeveral, Statement

# So many shapes of what is asked for are remembered, with their SQL.
MOST_SHAPES = 256


@dataclass(frozen=True)
class Those:
    """What those that are asked for of a model have in a field, as the covers of the books."""

    model: type[Model]
    field: str = "pk"


class Wanted:
    """Which objects are to be found, by model.

    A model may say by ``in_passing`` which of its rows may be found, and what is loaded of each.
    """

    def __init__(self) -> None:
        self._conditions: dict[type[Model], list[tuple[tuple[str, Any], ...]]] = {}
        self._values: dict[str, Sequence[Any]] = {}

    def __contains__(self, model: type[Model]) -> bool:
        return model in self._conditions

    def add(self, model: type[Model], **condition: Any) -> None:
        """Ask for those of a model that meet a condition, beside the others.

        Values are collections, ``Those``, or what is the same each time.
        """
        is_met_by_none = any(_is_collection(it) and not it for it in condition.values())
        if not is_met_by_none:
            conditions = self._conditions.setdefault(model, [])
            conditions.append(tuple((name, self._put(it)) for name, it in condition.items()))

    def fetch(self) -> "Found":
        """Return all of them, found in one query, in no order."""
        found = Found()
        if self._conditions:
            shape = tuple((model, tuple(some)) for model, some in self._conditions.items())
            statement, loaders = _statement(shape)
            for number, row in statement.rows(**self._values):
                model, load = loaders[number]
                thing = load(row)
                found[model][thing.pk] = thing
        return found

    def _put(self, value: Any) -> Any:
        """Return what stands for a value in the shape of what is asked for."""
        if not _is_collection(value):
            return value
        place = _Place(f"values{len(self._values)}")
        self._values[place.name] = value
        return place


class Found(defaultdict[type[Model], dict[Any, Any]]):
    """What was found, by model and key."""

    def __init__(self) -> None:
        super().__init__(dict)
        self._groups: dict[tuple[type[Model], str], dict[Any, list[Any]]] = {}

    def of(self, model: type[Model], field: str, key: Any) -> list[Any]:
        """Return those of a model whose foreign key is a certain one, in the order of their own."""
        groups = self._groups.get((model, field))
        if groups is None:
            groups = self._groups[model, field] = defaultdict(list)
            for _key, thing in sorted(self[model].items()):
                groups[getattr(thing, field)].append(thing)
        return groups[key]


def fetch(*querysets: QuerySet) -> list[list[Any]]:
    """Return the objects of each queryset, all found in one query, in no order.

    Of a model no more is loaded than the queryset asks for with ``only`` or ``defer``.
    """
    found: list[list[Any]] = [[] for _queryset in querysets]
    loaders = [_loader(queryset) for queryset in querysets]
    try:
        for number, row in Statement(lambda: _union(querysets)).rows():
            found[number].append(loaders[number](row))
    except EmptyResultSet:  # None of them can have a row, so nothing is asked.
        pass
    return found


def remember(instance: Model, relation: str, objects: Sequence[Model]) -> None:
    """Let an object know what is related to it, as ``prefetch_related`` does."""
    queryset = getattr(instance, relation).get_queryset()
    queryset._result_cache = list(objects)
    queryset._prefetch_done = True
    instance._prefetched_objects_cache = getattr(instance, "_prefetched_objects_cache", {})
    instance._prefetched_objects_cache[relation] = queryset


@dataclass(frozen=True)
class _Place:
    """Where values stand in the shape of what is asked for."""

    name: str


def _is_collection(value: Any) -> bool:
    return isinstance(value, (list, tuple, set, frozenset))


@lru_cache(maxsize=MOST_SHAPES)
def _statement(shape: Hashable) -> tuple[Statement, list[tuple[type[Model], Callable]]]:
    """Return what asks for all that is of a shape, and by model what makes objects of the rows."""
    conditions = dict(shape)
    querysets = [_among(model, conditions) for model in conditions]
    loaders = [(it.model, _loader(it)) for it in querysets]
    return Statement(lambda: _union(querysets)), loaders


def _among(model: type[Model], conditions: dict[type[Model], Any]) -> QuerySet:
    """Return those of a model that are asked for."""
    met = Q()
    for condition in conditions[model]:
        met |= Q(**{name: _expression(model, name, value, conditions) for name, value in condition})
    base = model.in_passing() if hasattr(model, "in_passing") else model._default_manager.all()
    return base.filter(met)


def _expression(
    model: type[Model], name: str, value: Any, conditions: dict[type[Model], Any]
) -> Any:
    match value:
        case _Place():
            return GivenSeveral(value.name, _field(model, name.removesuffix("__in")))
        case Those():
            return _among(value.model, conditions).order_by().values(value.field)
    return value


def _field(model: type[Model], path: str) -> Field:
    """Return the field that a path leads to; of keys, that which they name."""
    for name in path.split("__"):
        field = model._meta.pk if name == "pk" else model._meta.get_field(name)
        model = field.related_model
    while field.remote_field:
        field = field.target_field
    return field


def _union(querysets: Sequence[QuerySet]) -> QuerySet:
    rows = [
        queryset.order_by().values_list(Value(number, models.IntegerField()), _as_json(queryset))
        for number, queryset in enumerate(querysets)
    ]
    return rows[0].union(*rows[1:], all=True)


def _loader(queryset: QuerySet) -> Callable[[str], Model]:
    """Return what makes the objects of a queryset from the rows of it that come as JSON."""
    fields = _fields(queryset)
    names = [field.attname for field in fields]
    make, database = queryset.model.from_db, queryset.db

    def load(row: str) -> Model:
        values = json.loads(row)
        return make(database, names, [_loaded(field, values[field.attname]) for field in fields])

    return load


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
