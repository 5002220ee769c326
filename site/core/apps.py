from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        # They register receivers.
        from . import admin_forms, replacing, tags  # noqa: F401
        from .page_cache import purging

        admin_forms.register()
        purging.connect()
