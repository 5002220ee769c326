"""Registers what the configuration asks ``manage.py check`` to look at."""

from django.apps import AppConfig


class SiteConfigurationConfig(AppConfig):
    """The site's configuration as an app: it has checks, and nothing else."""

    name = "config"

    def ready(self) -> None:
        from . import checks  # noqa: F401
