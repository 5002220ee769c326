"""The Celery app; its settings are Django's that begin with ``CELERY_``."""

import os

from celery import Celery
from celery.signals import worker_shutting_down

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("gazette")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_shutting_down.connect
def drain(**kwargs: object) -> None:
    """Let go of batches at the next checkpoint: a worker that is told to stop stops soon."""
    from newsletter.sending import batches

    batches.stopping.set()
