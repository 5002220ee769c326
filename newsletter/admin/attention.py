"""List the problems that need attention on the admin's first page."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from wagtail.admin.ui.components import Component

from core import problems

from .permissions import digest_policy

MAX_ROWS = 10


class AttentionPanel(Component):
    """Return the current problems."""

    name = "newsletter_attention"
    template_name = "newsletter/admin/attention.html"
    order = 100

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        found = list(problems.find(timezone.now()))
        return {"problems": found[:MAX_ROWS], "more": max(len(found) - MAX_ROWS, 0)}


def add_panel(request: HttpRequest, panels: list[Component]) -> None:
    """Add the panel to the admin's first page, for those who may see digests."""
    if digest_policy.lets_in(request.user):
        panels.append(AttentionPanel())
