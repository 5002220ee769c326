"""What the newsletter registers with Wagtail."""

from wagtail import hooks
from wagtail.snippets.models import register_snippet

from .admin.protection import refuse_if_needed
from .admin.viewsets import NewsletterViewSetGroup

register_snippet(NewsletterViewSetGroup)
hooks.register("before_delete_snippet", refuse_if_needed)
