"""Authors add posts. Sections and other pages are for those who may publish."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from wagtail.models import Page


def refuse_other_pages_of_authors(request: HttpRequest, parent: Page, kind: type[Page]) -> None:
    """Raise PermissionDenied where somebody who may not publish adds a page that is no post."""
    from .models import PostPage

    may_publish = parent.permissions_for_user(request.user).can_publish_subpage()
    if not issubclass(kind, PostPage) and not may_publish:
        raise PermissionDenied
