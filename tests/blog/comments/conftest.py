"""A post with comments, and a reader who writes one."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.urls import reverse

from blog.models import PostPage
from core.guards import new_stamp
from tests.factories import PostFactory

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def post(section, clock) -> PostPage:
    return PostFactory(parent=section, title="Rain", slug="rain")


@pytest.fixture
def write(client, post, clock, django_capture_on_commit_callbacks):
    """Send the form under the post as a person does who takes a few seconds."""

    def write(text: str = "Well said.", under: PostPage = post, **data):
        stamp = new_stamp()
        clock.shift(5)
        form = {"text": text, "name": "Ana", "email": "ana@example.com", "stamp": stamp, **data}
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(reverse("comments:write", args=[under.pk]), form)

    return write


@pytest.fixture
def moderator(db):
    """A superuser, who may decide about comments and has an address."""
    return get_user_model().objects.create_superuser("mod", "mod@example.org", "secret")
