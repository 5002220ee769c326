"""Settings of the web process that is measured: the site's own, with two bare views beside it.

With BENCHMARK_COLD no whole page is kept, so that each request makes its page anew.
"""

import os
from pathlib import Path

from config.settings import TEMPLATES

from .settings import *  # noqa: F403

ROOT_URLCONF = "tests.benchmarks.web_urls"
TEMPLATES[0]["DIRS"].append(Path(__file__).parent / "templates")
if os.environ.get("BENCHMARK_COLD"):
    PAGE_CACHE_SECONDS = 0
