"""The site's addresses, and two views that do as little as a page can be made with.

Both show the same row by the same template: one as any Django view would, one as Wagtail serves it.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from wagtail.models import Page
from wagtail.views import serve

from config.urls import urlpatterns as of_the_site

SLUG = "bare"


def django_view(request: HttpRequest) -> HttpResponse:
    """Show a row of the database."""
    return render(request, "wagtailcore/page.html", {"page": get_object_or_404(Page, slug=SLUG)})


def wagtail_view(request: HttpRequest) -> HttpResponse:
    """Show the same row as a page of Wagtail's own kind."""
    return serve(request, SLUG)


urlpatterns = [path("bare/django/", django_view), path("bare/wagtail/", wagtail_view), *of_the_site]
