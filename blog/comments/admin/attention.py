"""How many comments wait, on the admin's first page; nothing where none does."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from wagtail.admin.ui.components import Component

from ...models import Comment
from .decisions import comment_policy


class CommentsPanel(Component):
    """How many comments wait, and the way to them."""

    name = "comments_waiting"
    template_name = "blog/admin/comments/attention.html"
    order = 110

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        return {"number": Comment.objects.waiting().count()}


def add_panel(request: HttpRequest, panels: list[Component]) -> None:
    """Add the panel to the admin's first page, for those who may decide about comments."""
    if comment_policy.user_has_permission(request.user, "change"):
        panels.append(CommentsPanel())
