"""Queries whose SQL is written once and asked again with other values.

Django writes the SQL of a queryset each time that it is asked. Of a large one that takes longer
than the database takes to answer: docs/decisions/0015 has figures.
"""

import json
from collections.abc import Callable, Collection, Sequence
from typing import Any

from django.db import connections
from django.db.models import Expression, Field, Model, QuerySet


class Given(Expression):
    """Stands in a queryset for a value that is given when it is asked, as ``filter(slug=…)``."""

    def __init__(self, name: str, field: Field) -> None:
        super().__init__(output_field=field)
        self.name = name

    def prepared(self, value: Any, connection: Any) -> Any:
        """Return a value as the database driver wants it."""
        return self.output_field.get_db_prep_value(value, connection)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return "%s", [self]


class GivenSeveral(Given):
    """Stands for a collection of values, as ``filter(slug__in=…)``; the SQL is as long for any."""

    def prepared(self, value: Collection[Any], connection: Any) -> Any:
        values = [super(GivenSeveral, self).prepared(each, connection) for each in value]
        return values if connection.vendor == "postgresql" else json.dumps(values)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return "(SELECT value FROM json_each(%s))", [self]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return f"(SELECT unnest(%s::{self.output_field.rel_db_type(connection)}[]))", [self]


class Statement:
    """A queryset with values to be given. It is built when it is first asked.

    All else in it stays as it is then. So it may hold nothing that changes, as keys of rows, the
    time, or a language.
    """

    def __init__(self, build: Callable[[], QuerySet]) -> None:
        self._build = build
        self._written: dict[str, tuple[type[Model], str, Sequence[Any]]] = {}

    def rows(self, using: str = "default", **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows as the database has them."""
        _model, sql, parameters = self._sql(using, values)
        with connections[using].cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall()

    def object(self, using: str = "default", **values: Any) -> Model | None:
        """Return the first object, with its own columns and annotations; None if there is none."""
        model, sql, parameters = self._sql(using, values)
        return next(iter(model._default_manager.using(using).raw(sql, parameters)), None)

    def _sql(self, using: str, values: dict[str, Any]) -> tuple[type[Model], str, list[Any]]:
        if using not in self._written:
            queryset = self._build().using(using)
            self._written[using] = (queryset.model, *queryset.query.get_compiler(using).as_sql())
        model, sql, parameters = self._written[using]
        connection = connections[using]
        return model, sql, [_bound(each, values, connection) for each in parameters]


def _bound(parameter: Any, values: dict[str, Any], connection: Any) -> Any:
    if not isinstance(parameter, Given):
        return parameter
    return parameter.prepared(values[parameter.name], connection)
