from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        # It registers a receiver.
        from . import problems, replacing  # noqa: F401
        from .outbox import sending
        from .page_cache import purging

        problems.register(sending.find_problems)
        purging.connect()
