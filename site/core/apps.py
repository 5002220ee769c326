from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        # They register receivers.
        from . import aliases, replacing  # noqa: F401
        from .image_formats import limit_pillow
        from .page_cache import purging
        from .spreadsheets import protect_exports

        limit_pillow()
        protect_exports()
        purging.connect()
