from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        # It registers a receiver.
        from . import replacing  # noqa: F401
        from .page_cache import purging

        purging.connect()
