"""What comments register with Wagtail."""

from wagtail import hooks

from ..moderating import register_log_actions
from .attention import add_panel
from .decisions import BULK_ACTIONS
from .viewsets import CommentViewSetGroup

hooks.register("register_admin_viewset", CommentViewSetGroup)
hooks.register("construct_homepage_panels", add_panel)
hooks.register("register_log_actions", register_log_actions)
for action in BULK_ACTIONS:
    hooks.register("register_bulk_action", action)
