"""The site's configuration. Celery's app is loaded with Django: so tasks find their broker."""

from .celery import app as celery_app

__all__ = ["celery_app"]
