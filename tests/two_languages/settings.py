"""The tests' settings, for a site in English and German, on a database in memory."""

import os

os.environ["LANGUAGES"] = "en-gb,de"
os.environ["DATABASE_URL"] = "sqlite:///var/tests.sqlite3"
os.environ["CACHE_URL"] = "locmem://"

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES

DATABASES["default"]["TEST"] = {"NAME": ":memory:"}
# Its tables are made from models, without SQLite's index of full texts.
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database.fallback"}}
