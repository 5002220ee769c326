"""The mailbox alone, so that these tests need nothing of the site around it."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.urls import include, path

urlpatterns = [path("mailbox/", include("localmail.urls"))]


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponseNotFound("Not found")
