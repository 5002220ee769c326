"""Blocks whose lines of text are empty or contain visible characters."""

from typing import Any

from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from .text import validate_visible


class VisibleWords(blocks.Block):
    """Mixin for blocks that refuses labels, titles and names of invisible characters only.

    They would become links and headings that are invisible.
    """

    def clean(self, value: Any) -> Any:
        """Return the cleaned value. Raises ValidationError for an invisible line, in drafts too."""
        value = super().clean(value)
        if isinstance(self, blocks.CharBlock):
            validate_visible(value)
        elif isinstance(self, blocks.StructBlock):
            self._check_lines(value)
        return value

    def _check_lines(self, value: blocks.StructValue) -> None:
        errors = {}
        for name, child in self.child_blocks.items():
            if isinstance(child, blocks.CharBlock):
                try:
                    validate_visible(value.get(name) or "")
                except ValidationError as error:
                    errors[name] = error
        if errors:
            raise StructBlockValidationError(errors)
