"""What the site serves beside pages."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from .models import SiteSettings

A_YEAR = 365 * 24 * 60 * 60


@require_safe
def theme(request: HttpRequest) -> HttpResponse:
    """Answer with the colours that an editor chose, as a stylesheet.

    Its address changes with them, so it may be kept for ever (RFC 8246); under any other address
    the same colours are not to be kept.
    """
    brand = SiteSettings.for_request(request)
    if not brand.theme_version:
        raise Http404("No colours are chosen.")
    answer = render(request, "core/theme.css", {"brand": brand}, content_type="text/css")
    if request.GET.get("v") == brand.theme_version:
        patch_cache_control(answer, public=True, max_age=A_YEAR, immutable=True)
    else:
        patch_cache_control(answer, no_cache=True)
    return answer
