"""Wagtail's search backend for the database, with words split by ``tokens``."""

from typing import Any

from django.db import connection
from modelsearch.backends.base import BaseSearchBackend


def SearchBackend(params: dict[str, Any]) -> BaseSearchBackend:
    """Return the backend for the site's database, by the name that Wagtail looks for."""
    if connection.vendor == "postgresql":
        from .postgresql import PostgreSQLBackend

        return PostgreSQLBackend(params)
    from .sqlite import SQLiteBackend

    return SQLiteBackend(params)
