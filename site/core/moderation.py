"""Moderation of pages in the editor."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from wagtail.models import Page


def save_if_finished(request: HttpRequest, page: Page) -> None:
    """Save a draft where an editor approves or rejects a page that is no longer in moderation.

    Wagtail takes for granted that it is. It is not where a button was pressed twice, or where
    somebody else was faster.
    """
    if "action-workflow-action" not in request.POST or page.current_workflow_task:
        return
    request.POST = request.POST.copy()
    del request.POST["action-workflow-action"]
    messages.warning(
        request, _("This page is no longer in moderation. Your version is saved as a draft.")
    )
