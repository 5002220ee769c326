"""Logs are plain words, or JSON for programs, one object a line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env

ROOT = Path(__file__).parents[3]

# A process of the site that logs as a worker does: Celery has set up its own logging before.
PROCESS = """
import django, logging, wagtail, warnings
# Of what a later release removes, Wagtail warns on the same stream.
warnings.simplefilter("ignore")
django.setup()
from config import celery_app
celery_app.log.setup(loglevel="WARNING")
logger = logging.getLogger("newsletter.sending.batches")
logger.info("Batch %s begins", 7, extra={"batch": 7, "digest": 3, "newsletter": "letter"})
logging.getLogger("celery.worker").info("Not of interest")
try:
    1 / 0
except ZeroDivisionError:
    logger.exception("It went\\nwrong")
"""


def log(**variables: str) -> list[str]:
    """Return the lines that such a process logs."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", **variables}
    result = subprocess.run(
        [sys.executable, "-c", PROCESS],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return result.stderr.splitlines()


def test_by_default_logs_are_plain_words():
    line, *_ = log(LOG_FORMAT="plain")
    assert line.endswith(" INFO newsletter.sending.batches: Batch 7 begins")


def test_in_json_each_line_is_an_object_with_what_the_log_says_beside():
    first, second = map(json.loads, log(LOG_FORMAT="json"))
    assert list(first) == ["time", "level", "logger", "message", "batch", "digest", "newsletter"]
    assert first.pop("time").endswith("+00:00")
    assert first == {
        "level": "INFO",
        "logger": "newsletter.sending.batches",
        "message": "Batch 7 begins",
        "batch": 7,
        "digest": 3,
        "newsletter": "letter",
    }
    assert second["message"] == "It went\nwrong"
    assert "ZeroDivisionError: division by zero" in second["exc_info"]


@pytest.mark.parametrize("value", ["", "xml", "JSON"])
def test_another_format_stops_the_start(monkeypatch, value):
    monkeypatch.setenv("LOG_FORMAT", value)
    with pytest.raises(ImproperlyConfigured, match=r"^LOG_FORMAT should be plain or json\."):
        env.choice("LOG_FORMAT", default="plain", options=("plain", "json"))
