import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.contrib.table_block.blocks import TableBlock as WagtailTableBlock

from core.channels import ChannelBlock
from core.text import without_controls, without_controls_inside

# A plain-text table that is wider is shown row by row instead.
MOST_CHARACTERS = 72


@dataclass(frozen=True)
class Table:
    """A table as it is shown. ``header`` is empty where there is none."""

    caption: str
    header: list[str]
    rows: list[list[str]]
    has_row_headers: bool

    @cached_property
    def as_text(self) -> str:
        """The table in columns, or where they are too wide, each row as a list of its cells."""
        lines = [self.header, *self.rows] if self.header else self.rows
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        if sum(widths) + 2 * len(widths) > MOST_CHARACTERS:
            return "\n\n".join(map(self._listed, self.rows))
        ruled = [["-" * width for width in widths]] if self.header else []
        shown = [*lines[:1], *ruled, *lines[1:]]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in shown
        )

    def _listed(self, row: list[str]) -> str:
        names = self.header or [""] * len(row)
        return "\n".join(
            f"{name}: {cell}" if name else cell for name, cell in zip(names, row, strict=True)
        )


class TableBlock(ChannelBlock, WagtailTableBlock):
    """Rows and columns."""

    def __init__(self, **kwargs: Any) -> None:
        # The grid knows few of the languages that Wagtail would ask it for.
        super().__init__(**{"table_options": {"language": "en-US"}, **kwargs})

    def value_from_form(self, value: str | None) -> dict[str, Any] | None:
        """Return the posted table; a value that is not a table becomes the text of one cell."""
        try:
            posted = json.loads(value or "null")
        except (ValueError, RecursionError):
            posted = {"data": [[value]]}
        if not isinstance(posted, dict):
            return None
        return {**without_controls_inside(posted), "data": _rows_of(posted)}

    def to_python(self, value: Any) -> dict[str, Any] | None:
        return super().to_python(value) if isinstance(value, dict) else None

    def get_searchable_content(self, value: Any) -> list[str]:
        """Return the searchable text: the caption and each cell."""
        table = table_of(value or {})
        lines = [table.header, *table.rows] if table else []
        return [cell for cell in itertools.chain([table.caption], *lines) if cell] if table else []

    def get_context(
        self, value: Any, parent_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        return {**context, "table": table_of(value or {})}

    class Meta:
        icon = "table"
        label = _("Table")
        description = _("Rows and columns, with a caption and headers.")
        preview_value = {
            "data": [["Night", "Hours slept"], ["Monday", "5"], ["Tuesday", "7½"]],
            "first_row_is_table_header": True,
            "first_col_is_header": True,
            "table_caption": "A week of sleep, begun",
        }


def table_of(value: Mapping[str, Any]) -> Table | None:
    """Return the table that the editor's data make; None where no cell of it holds anything."""
    data = _rows_of(value)
    width = max(map(len, data), default=0)
    lines = [[" ".join(cell.split()) for cell in row] + [""] * (width - len(row)) for row in data]
    if not any(map(any, lines)):
        return None
    has_header = bool(value.get("first_row_is_table_header"))
    return Table(
        caption=str(value.get("table_caption") or ""),
        header=lines[0] if has_header else [],
        rows=lines[1:] if has_header else lines,
        has_row_headers=bool(value.get("first_col_is_header")),
    )


def _rows_of(value: Mapping[str, Any]) -> list[list[str]]:
    """Return the cells of a table, row by row, as text that can be stored."""
    data = value.get("data")
    rows = data if isinstance(data, list) else []
    return [
        [without_controls(str("" if cell is None else cell)) for cell in row]
        for row in rows
        if isinstance(row, list)
    ]
