"""The search page, and what it suggests while a reader types."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render

from blog.listing import paginate
from blog.models import PostPage, Topic
from core.guards import read_only
from core.search.querying import MAX_QUERY_LENGTH

from . import finding
from .beside import things_with
from .words import words_of


@read_only
def search(request: HttpRequest) -> HttpResponse:
    """Show what is found. Raises Http404 where there is no such topic."""
    query = request.GET.get("q", "").replace("\x00", "")[:MAX_QUERY_LENGTH].strip()
    slug = request.GET.get("topic", "")
    topic = get_object_or_404(Topic, slug=slug.replace("\x00", "\ufffd")) if slug else None
    words = words_of(query)
    listed = PostPage.objects.listed().in_this_language()
    topics = Topic.objects.filter(posts__in=listed).distinct()
    context = {"query": query, "words": words, "topic": topic, "topics": topics}
    if words:
        posts = paginate(finding.posts_with(words, listed, topic), request)
        finding.mark_matches(posts, words)
        context["posts"] = posts
        if posts.number == 1 and not topic:
            context["beside"] = things_with(words)
    if not context.get("posts"):
        context["latest"] = listed.latest_first()[:5]
    return render(request, "home/pages/search.html", context)


@read_only
def suggest(request: HttpRequest) -> JsonResponse:
    """Answer with what the words typed so far may lead to."""
    words = words_of(request.GET.get("q", ""))
    names = finding.suggestions_for(words) if words else []
    return JsonResponse({"suggestions": names}, headers={"X-Robots-Tag": "noindex"})
