from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.fields import StreamField
from wagtail.search import index

from ..blocks import ContentBlock
from .translated import Translated


class ReusableContent(index.Indexed, Translated):
    """Blocks that many posts show, and that are changed in one place."""

    name = models.CharField(
        _("name"), max_length=100, help_text=_("For editors; readers do not see it.")
    )
    body = StreamField(ContentBlock(), verbose_name=_("content"))

    panels = ["name", "body"]

    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta(Translated.Meta):
        verbose_name = _("reusable content")
        verbose_name_plural = _("reusable content")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


def numbered(
    blocks: list[dict[str, Any]], contents: Mapping[int, ReusableContent] | None = None
) -> list[tuple[int, dict[str, Any]]]:
    """Return a body's blocks, as they are stored, with reusable content in place of its name.

    Before each stands the number of the block that it lies in or is, from 1. ``contents`` is the
    reusable content by its number, where it was looked up for many bodies.
    """
    if contents is None:
        names = {block["value"]["content"] for block in blocks if block["type"] == "reusable"}
        contents = ReusableContent.objects.in_bulk(names) if names else {}
    shown = []
    for number, block in enumerate(blocks, 1):
        if block["type"] != "reusable":
            shown.append((number, block))
        elif content := contents.get(block["value"]["content"]):
            shown += [(number, inner) for inner in content.body.get_prep_value()]
    return shown
