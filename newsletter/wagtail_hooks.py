"""What the newsletter registers with Wagtail."""

from wagtail import hooks
from wagtail.snippets.models import register_snippet

from .admin.attention import add_panel
from .admin.log_actions import register_log_actions
from .admin.protection import refuse_if_needed
from .admin.viewsets import NewsletterViewSetGroup

register_snippet(NewsletterViewSetGroup)
hooks.register("before_delete_snippet", refuse_if_needed)
hooks.register("construct_homepage_panels", add_panel)
hooks.register("register_log_actions", register_log_actions)
