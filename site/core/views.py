"""What the site serves beside pages."""

from django.core.cache import cache
from django.core.exceptions import DisallowedHost, RequestDataTooBig, TooManyFieldsSent
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_cache_control
from wagtail.models import Page
from wagtail.views import serve as serve_page

from .guards import read_only
from .models import SiteSettings
from .routing import page_at, site_of
from .social_cards import Card, draw
from .visibility import is_open_to_all

A_MONTH = 30 * 24 * 60 * 60
A_YEAR = 365 * 24 * 60 * 60


def serve(request: HttpRequest, path: str) -> HttpResponse:
    """Serve a page as Wagtail does, but without looking it up level by level.

    Wagtail looks at the method only once somebody may see the page: a password form answers others.
    """
    site = site_of(request)
    names = [name for name in path.split("/") if name]
    if site and (page := page_at(site.root_page.localized, names)):
        request._wagtail_route_for_request = page.route(request, [])
    route = Page.route_for_request(request, path)
    if route and (refusal := route.page.check_request_method(request)):
        return refusal
    if route and request.method == "OPTIONS":
        return route.page.handle_options_request(request)
    return serve_page(request, path)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a bad request; for a form that is too large, say what to do about it.

    A request with an invalid host belongs to no site, so no page of a site can be rendered for it.
    """
    if isinstance(exception, DisallowedHost):
        return HttpResponseBadRequest("Bad request\n", content_type="text/plain")
    is_too_large = isinstance(exception, TooManyFieldsSent | RequestDataTooBig)
    context = {"is_too_large": is_too_large}
    return render(request, "400.html", context, status=413 if is_too_large else 400)


@read_only
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


@read_only
def social_card(request: HttpRequest, number: int, key: str) -> HttpResponse:
    """Answer with the card of a page, drawn when it is first asked for.

    Its address changes with what it shows; the address of an older one leads to it. Raises Http404
    where not everyone may see the page.
    """
    pages = Page.objects.live().filter(is_open_to_all())
    page = get_object_or_404(pages, pk=number).specific
    card = Card.of(page, SiteSettings.for_request(request))
    if key != card.key:
        return redirect("social_card", number, card.key)
    picture = cache.get_or_set(f"social-card-{card.key}", lambda: draw(card), A_MONTH)
    answer = HttpResponse(picture, content_type="image/png")
    patch_cache_control(answer, public=True, max_age=A_YEAR, immutable=True)
    return answer
