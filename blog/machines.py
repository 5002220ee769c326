"""What programs are answered: a post as Markdown, what is where, and what they should pass over."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import conditional_page

from core.guards import read_only
from core.languages import in_all_languages, pages_to_read
from core.models import SiteSettings
from core.visibility import is_open_to_all

from .markdown import as_markdown
from .models import BlogIndexPage, PostPage
from .moved import follow
from .paths import page_at

MOST_POSTS = 50


@read_only
@follow("index.md")
@conditional_page
def markdown(request: HttpRequest, post: str) -> HttpResponse:
    """Answer with a post, given its path. Its page is the one for search engines (RFC 6596)."""
    page = get_object_or_404(page_at(request, post, PostPage.objects.published()))
    answer = HttpResponse(as_markdown(page), content_type="text/markdown; charset=utf-8")
    answer["Link"] = f'<{page.canonical_url or page.primary_url}>; rel="canonical"'
    if not page.listed:
        answer["X-Robots-Tag"] = "noindex"
    return answer


@read_only
@conditional_page
def llms(request: HttpRequest) -> HttpResponse:
    """Answer with what is here, for language models (llmstxt.org)."""
    sections = BlogIndexPage.objects.live().filter(is_open_to_all())
    context = {
        "brand": SiteSettings.for_request(request),
        "sections": pages_to_read(sections).order_by("path"),
        "posts": PostPage.objects.listed().in_this_language().latest_first()[:MOST_POSTS],
    }
    return render(
        request,
        "blog/pages/llms.txt",
        context,
        content_type="text/plain; charset=utf-8",
        using="text",
    )


@read_only
def robots(request: HttpRequest) -> HttpResponse:
    """Answer with what programs should pass over (RFC 9309)."""
    return render(
        request,
        "blog/pages/robots.txt",
        {"maps": in_all_languages("/sitemap.xml")},
        content_type="text/plain; charset=utf-8",
        using="text",
    )
