from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        # They register receivers.
        from . import aliases, replacing  # noqa: F401
        from .page_cache import purging

        purging.connect()
