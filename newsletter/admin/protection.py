"""What subscribers and digests need is not deleted under them."""

from collections.abc import Sequence

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail.admin import messages

from blog.models import Topic

from ..models import Newsletter, TopicSet


def refuse_if_needed(request: HttpRequest, snippets: Sequence[Model]) -> HttpResponse | None:
    """Answer a request to delete snippets with why one of them is needed; None where none is."""
    reasons = [reason for snippet in snippets if (reason := _reason_to_keep(snippet))]
    if not reasons:
        return None
    messages.error(request, " ".join(reasons))
    return redirect(snippets[0].snippet_viewset.get_url_name("list"))


def _reason_to_keep(snippet: Model) -> str:
    if isinstance(snippet, Newsletter) and _has_history(snippet):
        return _(
            "“%(name)s” has subscribers or digests and cannot be deleted. "
            "Make it inactive instead: then nobody can sign up and no digest is sent."
        ) % {"name": snippet.name}
    if isinstance(snippet, Topic) and TopicSet.objects.filter(topics=snippet).exists():
        return _("Subscribers have chosen “%(name)s”, so it cannot be deleted.") % {
            "name": snippet.name
        }
    return ""


def _has_history(newsletter: Newsletter) -> bool:
    return newsletter.subscriptions.exists() or newsletter.digests.exists()
