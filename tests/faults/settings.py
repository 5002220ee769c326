"""Settings of the processes under test: the site's own, in small, and with queues of their own."""

import os

from config.settings import *  # noqa: F403
from config.settings import (
    CELERY_BEAT_SCHEDULE,
    CELERY_BROKER_URL,
    CELERY_TASK_DEFAULT_QUEUE,
    CELERY_TASK_ROUTES,
    DATABASES,
    EMAIL_PORT,
)
from tests.provider import anymail_settings

NEWSLETTER_BATCH_SIZE = int(os.environ["FAULTS_BATCH_SIZE"])
NEWSLETTER_CHECKPOINT = int(os.environ["FAULTS_CHECKPOINT"])
EMAIL_TIMEOUT = 3
if provider := os.environ["FAULTS_PROVIDER"]:
    EMAIL_BACKEND = f"anymail.backends.{provider}.EmailBackend"
    ANYMAIL = anymail_settings(provider, EMAIL_PORT) | {"REQUESTS_TIMEOUT": EMAIL_TIMEOUT}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"]["timeout"] = int(os.environ["FAULTS_LOCK_TIMEOUT"])

CELERY_BEAT_SCHEDULE["newsletter tick"]["schedule"] = 0.25

# Tests that run at the same time may share a broker.
PREFIX = os.environ["FAULTS_QUEUES"]
CELERY_TASK_DEFAULT_QUEUE = PREFIX + CELERY_TASK_DEFAULT_QUEUE
CELERY_TASK_ROUTES = {
    task: route | {"queue": PREFIX + route["queue"]} for task, route in CELERY_TASK_ROUTES.items()
}

if CELERY_BROKER_URL.startswith("filesystem"):
    CELERY_BROKER_TRANSPORT_OPTIONS["polling_interval"] = 0.05  # noqa: F405
