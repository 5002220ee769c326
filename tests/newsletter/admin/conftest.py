"""People who log in to the admin, and how many queries a page takes."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext


@pytest.fixture
def client_of(db) -> Callable[..., Client]:
    """Log somebody in who may enter the admin, and has the permissions named."""

    def log_in(*codenames: str) -> Client:
        user = get_user_model().objects.create_user("editor", "editor@example.org", "secret")
        granted = Permission.objects.filter(codename__in=["access_admin", *codenames])
        user.user_permissions.set(granted)
        client = Client()
        client.force_login(user)
        return client

    return log_in


@pytest.fixture
def queries_of(admin_client) -> Callable[[str], int]:
    """Count the queries of a page, which is asked for once before so that caches are warm."""

    def count(url: str) -> int:
        admin_client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert admin_client.get(url).status_code == 200
        return len(queries)

    return count


def is_refused(response: HttpResponse) -> bool:
    """Return whether Wagtail sent somebody away for lack of a permission."""
    return response.status_code == 302 and response.url == "/admin/"


def messages_of(response: HttpResponse) -> str:
    """Return what the page says of what was just done."""
    return " ".join(" ".join(str(message).split()) for message in response.context["messages"])


def words_of(response: HttpResponse) -> str:
    """Return the text of a page, with single spaces between its words."""
    return " ".join(BeautifulSoup(response.content, "html.parser").text.split())


def table_in(response: HttpResponse, caption: str | None = None) -> list[dict[str, str]]:
    """Return the rows of a table on a page: the texts of their cells by the columns' labels."""
    page = BeautifulSoup(response.content, "html.parser")
    named = {table.caption and table.caption.text: table for table in page.find_all("table")}
    if caption not in named:
        return []
    labels = [cell.text.strip() for cell in named[caption].thead.find_all("th")]
    return [
        dict(zip(labels, (" ".join(cell.text.split()) for cell in row.find_all("td")), strict=True))
        for row in named[caption].tbody.find_all("tr")
    ]
