"""The WSGI application, for ``gunicorn config.wsgi``."""

import os

from django.core.wsgi import get_wsgi_application

from core.body_limits import accept_chunked_bodies, ignore_charset

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = ignore_charset(accept_chunked_bodies(get_wsgi_application()))

# What starts may be a new release, whose pages look different.
from core.page_cache import store  # noqa: E402 (it needs the settings)

store.purge()
