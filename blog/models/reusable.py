from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.fields import StreamField
from wagtail.search import index

from ..blocks import ContentBlock


class ReusableContent(index.Indexed, models.Model):
    """Blocks that many posts show, and that are changed in one place."""

    name = models.CharField(
        _("name"), max_length=100, unique=True, help_text=_("For editors; readers do not see it.")
    )
    body = StreamField(ContentBlock(), verbose_name=_("content"))

    panels = ["name", "body"]

    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        verbose_name = _("reusable content")
        verbose_name_plural = _("reusable content")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


def with_reusable(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a body's blocks, as they are stored, with reusable content in place of its name."""
    numbers = [block["value"]["content"] for block in blocks if block["type"] == "reusable"]
    contents = ReusableContent.objects.in_bulk(set(numbers)) if numbers else {}
    shown = []
    for block in blocks:
        if block["type"] != "reusable":
            shown.append(block)
        elif content := contents.get(block["value"]["content"]):
            shown += content.body.get_prep_value()
    return shown
