"""A site whose pages are kept, as a visitor without a session meets it."""

import pytest
from django.core.cache import caches

FILES = "django.core.cache.backends.filebased.FileBasedCache"


@pytest.fixture(autouse=True)
def pages(settings, tmp_path):
    """The cache of pages: the Redis of the tests where there is one, else files."""
    shared = settings.CACHES["default"]
    is_redis = shared["BACKEND"].endswith("RedisCache")
    kept = {"KEY_PREFIX": "pages"} if is_redis else {"BACKEND": FILES, "LOCATION": tmp_path}
    settings.CACHES = settings.CACHES | {"pages": shared | kept}
    return caches["pages"]


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    """Do something, and what is to be done once it is committed."""

    def commit(act, *args, **kwargs):
        with django_capture_on_commit_callbacks(execute=True):
            return act(*args, **kwargs)

    return commit


@pytest.fixture
def read(client):
    """Return what an address says, and whether it was kept."""

    def read(url: str, **kwargs) -> tuple[str, bool]:
        response = client.get(url, **kwargs)
        assert response.status_code == 200, url
        return response.content.decode(), "hit" in response.get("Cache-Status", "")

    return read
