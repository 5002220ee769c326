from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "home"

    def ready(self) -> None:
        # It registers receivers.
        from . import publishing  # noqa: F401
