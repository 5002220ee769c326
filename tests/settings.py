"""Settings of the tests: the site's own, on the database that DATABASE_URL names or on SQLite.

What a developer's .env says does not reach the tests.
"""

import os
import tempfile

for name, value in {
    "SECRET_KEY": "only for tests",
    "DEBUG": "false",
    "BASE_URL": "http://localhost",
    "ALLOWED_HOSTS": "localhost,testserver",
    "DATABASE_URL": "sqlite:///var/tests.sqlite3",
    "CACHE_URL": "locmem://",
    "PAGE_CACHE_URL": "off",
    "PAGE_CACHE_SHARED_SECONDS": "0",
    "CELERY_BROKER_URL": "filesystem://",
    "EMAIL_URL": "file://",
    "ALERT_EMAIL_URL": "",
    "DEFAULT_FROM_EMAIL": "Gazette <hello@example.org>",
    "MEDIA_ROOT": f"{tempfile.gettempdir()}/gazette-tests/media",
    "PRIVATE_MEDIA_ROOT": f"{tempfile.gettempdir()}/gazette-tests/private",
    "STATIC_ROOT": f"{tempfile.gettempdir()}/gazette-tests/static",
    "SENDFILE": "none",
    "PROXY_COUNT": "0",
    "SETTLE_SECONDS": "60",
    "TICK_SECONDS": "60",
    "LOG_FORMAT": "plain",
    "METRICS_TOKEN": "",
    "COMMENTS_PROOF_OF_WORK": "false",
    "LANGUAGES": "en-gb",
}.items():
    os.environ.setdefault(name, value)

from config.settings import *  # noqa: E402, F403
from config.settings import CACHES, DATABASES, STORAGES, VAR_DIR  # noqa: E402

# Threads of one test share a database in a file; SQLite's own default, in memory, they could not.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}

# Tests empty the cache: each process that runs some has a Redis database of its own.
if CACHES["default"]["BACKEND"].endswith("RedisCache"):
    server, _, number = CACHES["default"]["LOCATION"].rpartition("/")
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    CACHES["default"]["LOCATION"] = f"{server}/{int(number) + process}"

STORAGES["default"] = {"BACKEND": "tests.files.PrivateInMemoryStorage"}
STORAGES["public"] = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_BROKER_URL = "memory://localhost"
CELERY_BROKER_TRANSPORT = None
CELERY_BROKER_TRANSPORT_OPTIONS = {}
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
