"""Look into a stream of blocks, however deep."""

from collections.abc import Iterator
from typing import Any, TypeVar

from django.db.models import Model
from wagtail.blocks import BoundBlock, ListBlock, StreamBlock, StreamValue, StructBlock

M = TypeVar("M", bound=Model)


def values_in(stream: StreamValue) -> Iterator[tuple[BoundBlock, Any]]:
    """Yield every block of a stream with its value, the inner ones too, in reading order."""
    for child in stream:
        yield from _walk(child)


def instances_in(stream: StreamValue, model: type[M]) -> list[M]:
    """Return the objects of ``model`` that the blocks of a stream have chosen."""
    return [value for _, value in values_in(stream) if isinstance(value, model)]


def _walk(bound: BoundBlock) -> Iterator[tuple[BoundBlock, Any]]:
    yield bound, bound.value
    if not bound.value:
        return
    if isinstance(bound.block, StructBlock):
        children = bound.value.bound_blocks.values()
    elif isinstance(bound.block, ListBlock):
        children = bound.value.bound_blocks
    elif isinstance(bound.block, StreamBlock):
        children = bound.value
    else:
        return
    for child in children:
        yield from _walk(child)
