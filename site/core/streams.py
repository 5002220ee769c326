"""Look into a stream of blocks."""

from typing import Any, TypeVar

from wagtail.blocks import StreamValue, StructValue

T = TypeVar("T")


def instances_in(stream: StreamValue, kind: type[T]) -> list[T]:
    """Return the values of a kind that the blocks of a stream hold, in reading order."""
    return [value for child in stream for value in _values(child.value) if isinstance(value, kind)]


def _values(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, StructValue) else [value]
