from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        # They register receivers.
        from . import admin_forms, aliases, problems, replacing, tags  # noqa: F401
        from .image_formats import limit_pillow
        from .inline_scripts import replace_inline_scripts
        from .outbox import sending
        from .page_cache import purging
        from .spreadsheets import protect_exports

        limit_pillow()
        protect_exports()
        replace_inline_scripts()
        admin_forms.register()
        problems.register(sending.find_problems)
        purging.connect()
