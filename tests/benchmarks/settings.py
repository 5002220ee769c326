"""Settings of the benchmark's processes: the site's own, with queues that nobody else looks at.

``database.own_database`` sets all variables, so what a developer's .env says does not count.
"""

import os

from config.settings import *  # noqa: F403
from tests.provider import anymail_settings

# What is measured serves no static files, so they need not be collected.
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}

if CELERY_BROKER_URL.startswith("redis"):  # noqa: F405
    CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": os.environ["BENCHMARK_PREFIX"]}

if port := os.environ.get("BENCHMARK_PROVIDER_PORT"):
    EMAIL_BACKEND = "anymail.backends.mailgun.EmailBackend"
    ANYMAIL = anymail_settings("mailgun", int(port))
