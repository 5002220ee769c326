"""Look into a stream of blocks."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django.db.models import Model
from wagtail import blocks
from wagtail.blocks import StreamValue, StructValue
from wagtail.blocks.field_block import ChooserBlock
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


def choices_in(block: blocks.Block, raw: Any) -> Iterator[tuple[type[Model], Any]]:
    """Return what the choosers in a stored value of a block hold: models and keys."""
    match block:
        case blocks.StreamBlock():
            for item in _known(block, raw):
                yield from choices_in(block.child_blocks[item["type"]], item["value"])
        case blocks.StructBlock():
            for name, child in block.child_blocks.items():
                yield from choices_in(child, raw.get(name))
        case blocks.ListBlock():
            for item in raw or ():
                yield from choices_in(block.child_block, _unwrapped(item))
        case ChooserBlock() if raw is not None:
            yield block.model_class, raw


def with_choices(block: blocks.Block, raw: Any, find: Callable[[type[Model], Any], Any]) -> Any:
    """Return the native value of a block for a stored one, without asking the database.

    ``find`` is given the model and the key that a chooser holds, and returns what it is.
    """
    match block:
        case blocks.StreamBlock():
            children = block.child_blocks
            return StreamValue(
                block,
                [
                    (item["type"], with_choices(children[item["type"]], item["value"], find))
                    + ((item["id"],) if item.get("id") else ())
                    for item in _known(block, raw)
                ],
            )
        case blocks.StructBlock():
            values = {
                name: with_choices(child, raw[name], find) if name in raw else child.get_default()
                for name, child in block.child_blocks.items()
            }
            return block.normalize(values)
        case blocks.ListBlock():
            values = [with_choices(block.child_block, _unwrapped(item), find) for item in raw or ()]
            return ListValue(block, values=values)
        case ChooserBlock():
            return None if raw is None else find(block.model_class, raw)
    return block.to_python(raw)


def _known(block: blocks.StreamBlock, raw: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the stored children of a stream, less those of kinds that there are no more."""
    return [item for item in raw if item["type"] in block.child_blocks]


def _unwrapped(item: Any) -> Any:
    """Return the value of an item of a stored list; the items of old ones are bare."""
    is_wrapped = isinstance(item, dict) and item.get("type") == "item"
    return item["value"] if is_wrapped else item
