"""Columns that the newsletter's screens share."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BaseColumn, NumberColumn, StatusTagColumn


class SubscriptionsColumn(BaseColumn):
    """The subscriptions of a subscriber, one in a line."""

    cell_template_name = "newsletter/admin/subscriptions_cell.html"


class StateColumn(StatusTagColumn):
    """A state as a tag, filled where it is ``wanted``: the one that all should come to."""

    def __init__(self, wanted: str, **kwargs: Any) -> None:
        super().__init__(
            "state",
            label=_("State"),
            accessor="get_state_display",
            primary=lambda instance: instance.state == wanted,
            **kwargs,
        )


class CountColumn(NumberColumn):
    """How many of a digest's deliveries came to some end."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(name, accessor=lambda digest: digest.counts[name], **kwargs)
