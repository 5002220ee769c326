"""Posts as PDF, and the page that readers see while one is being made."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from core.guards import read_only

from .models import PostPage, PostPDF
from .moved import follow
from .paths import page_at
from .pdf import ask_for, missing_libraries

# Until a reader's browser looks again.
SECONDS_TO_WAIT = 4
TEMPLATE = "blog/pages/pdf_being_made.html"


@read_only
@follow("post.pdf")
@never_cache
def pdf(request: HttpRequest, post: str) -> HttpResponse:
    """Answer with a post as PDF, given its path; while it is being made, with when to look again.

    Raises Http404 for posts that are not public, and where the machine lacks the libraries.
    """
    page = get_object_or_404(page_at(request, post, PostPage.objects.published()))
    if missing_libraries():
        raise Http404
    wanted = ask_for(page, timezone.now())
    return _file(wanted, page) if wanted.file else _being_made(request, wanted, page)


def _file(made: PostPDF, page: PostPage) -> FileResponse:
    answer = FileResponse(
        made.file.open(), filename=f"{page.slug}.pdf", content_type="application/pdf"
    )
    answer["Link"] = f'<{page.canonical_url or page.primary_url}>; rel="canonical"'
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _being_made(request: HttpRequest, wanted: PostPDF, page: PostPage) -> HttpResponse:
    context = {"post": page, "wanted": wanted, "seconds": SECONDS_TO_WAIT}
    if wanted.is_impossible:
        return render(request, TEMPLATE, context, status=404)
    answer = render(request, TEMPLATE, context, status=503 if wanted.problem else 202)
    answer["Retry-After"] = "3600" if wanted.problem else str(SECONDS_TO_WAIT)
    return answer
