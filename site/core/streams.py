"""Look into a stream of blocks."""

from collections.abc import Iterator
from typing import Any, TypeVar

from wagtail.blocks import StreamValue, StructValue
from wagtail.blocks.list_block import ListValue

T = TypeVar("T")


def instances_in(stream: StreamValue, kind: type[T]) -> list[T]:
    """Return the values of a kind that the blocks of a stream hold, in reading order.

    They are found in lists and structures, however deep they lie.
    """
    return [value for values in instances_in_each(stream, kind) for value in values]


def instances_in_each(stream: StreamValue, kind: type[T]) -> list[list[T]]:
    """Return the same for each block of a stream by itself."""
    return [
        [value for value in _values(child.value) if isinstance(value, kind)] for child in stream
    ]


def _values(value: Any) -> Iterator[Any]:
    if isinstance(value, StructValue):
        parts = list(value.values())
    elif isinstance(value, ListValue):
        parts = list(value)
    else:
        yield value
        return
    for part in parts:
        yield from _values(part)
