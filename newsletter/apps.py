from django.apps import AppConfig


class NewsletterConfig(AppConfig):
    name = "newsletter"

    def ready(self) -> None:
        from anymail.signals import tracking

        from .sending import providers  # noqa: F401 (it mends what providers refuse in any mail)
        from .sending.events import on_tracking

        tracking.connect(on_tracking, dispatch_uid="newsletter.sending.events")
