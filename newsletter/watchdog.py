"""Alert editors when ticks stop: every worker watches, since the tick itself cannot tell."""

import logging
import threading
from datetime import datetime

from django.db import close_old_connections
from django.utils import timezone

from core.outbox import sending

from . import alerts, problems

logger = logging.getLogger(__name__)

# Seconds between two looks.
INTERVAL = 60


def start(stopping: threading.Event) -> None:
    """Check the clock repeatedly, in a thread, until ``stopping`` is set."""
    threading.Thread(target=_watch, args=[stopping], name="watchdog", daemon=True).start()


def check(now: datetime) -> None:
    """Do a tick's part of alerting if ticks have stopped. Workers may do so at the same time."""
    if problems.is_clock_silent(now):
        alerts.queue_summaries(now)
        sending.send_due(now)


def _watch(stopping: threading.Event) -> None:
    while not stopping.wait(INTERVAL):
        close_old_connections()
        try:
            check(timezone.now())
        except Exception:
            logger.exception("The watchdog could not check the clock")
        finally:
            close_old_connections()
