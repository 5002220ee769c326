"""The Celery app; its settings are Django's that begin with ``CELERY_``."""

import gc
import os

from celery import Celery, Task
from celery.signals import task_prerun, worker_ready, worker_shutting_down
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("gazette")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def collect_less_garbage(**kwargs: object) -> None:
    """Have the garbage collector pass over what is loaded by now, and look at the rest less often.

    A batch makes many thousands of objects that refer to each other in no circle. Looking for
    circles among them took a tenth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@worker_ready.connect
def start_watchdog(**kwargs: object) -> None:
    """Start the watchdog in every worker, which alerts editors when ticks stop."""
    from newsletter import watchdog
    from newsletter.sending import batches

    watchdog.start(batches.stopping)


@task_prerun.connect
def keep_good_connections(task: Task, **kwargs: object) -> None:
    """Keep a thread's connection to the database from task to task, as Django does for requests.

    That is, as long as CONN_MAX_AGE says, and while it works.
    """
    if not task.request.is_eager:
        close_old_connections()


@worker_shutting_down.connect
def drain(**kwargs: object) -> None:
    """Let go of batches at the next checkpoint: a worker that is told to stop stops soon."""
    from newsletter.sending import batches

    batches.stopping.set()
