"""What is answered where no page is."""

import re
from urllib.parse import unquote

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.defaults import server_error

from blog.models import BlogIndexPage, PostPage
from core.languages import pages_to_read
from core.visibility import is_open_to_all

from .search.words import words_of


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that no page is here, and where to go; with the words of the address to search for.

    Where the database is down, nobody knows what is here: the static page of errors says so.
    """
    try:
        posts = PostPage.objects.listed().in_this_language().latest_first()
        sections = pages_to_read(BlogIndexPage.objects.live().filter(is_open_to_all()))
        context = {
            "query": words_in(request.path),
            "latest": posts[:5],
            "sections": sections.order_by("path"),
        }
        return render(request, "404.html", context, status=404)
    except DatabaseError:
        return server_error(request)


def words_in(path: str) -> str:
    """Return the words of the last part of an address."""
    last = unquote(path).rstrip("/").rpartition("/")[2]
    name = re.sub(r"\.\w{1,5}$", "", last)
    return " ".join(words_of(re.sub(r"[-_+.]", " ", name)))
