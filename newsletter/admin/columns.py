"""Columns that the newsletter's screens share."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import BaseColumn, Column, NumberColumn, StatusTagColumn

from ..models import Digest


def state_in_words(digest: Digest) -> str:
    """Return what a digest does, or that it waits."""
    state = digest.get_state_display()
    return _("%(state)s, paused") % {"state": state} if digest.paused_at else state


class SubscriptionsColumn(BaseColumn):
    """The subscriptions of a subscriber, one in a line."""

    cell_template_name = "newsletter/admin/subscriptions_cell.html"


class StateColumn(StatusTagColumn):
    """A state as a tag, filled where it is ``wanted``: the one that all should come to."""

    def __init__(self, wanted: str, **kwargs: Any) -> None:
        kwargs.setdefault("accessor", "get_state_display")
        super().__init__(
            "state",
            label=gettext_lazy("State"),
            primary=lambda instance: instance.state == wanted,
            **kwargs,
        )


class CountColumn(NumberColumn):
    """How many of a digest's deliveries came to some end."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(name, accessor=lambda digest: digest.counts[name], **kwargs)


class NewslettersTimeColumn(Column):
    """A moment of a digest by the clock of its newsletter, with the zone unless it is ours."""

    cell_template_name = "newsletter/admin/newsletters_time_cell.html"
