from django.apps import AppConfig


class NewsletterConfig(AppConfig):
    name = "newsletter"

    def ready(self) -> None:
        from anymail.signals import tracking

        from core import mail, problems

        from . import alerts  # noqa: F401 (it registers a kind of outgoing email)
        from .problems import find
        from .sending import providers  # noqa: F401 (it mends what providers refuse in any mail)
        from .sending.events import on_tracking
        from .subscribing import suppressing

        problems.register(find)
        mail.bar(suppressing.is_barred)
        tracking.connect(on_tracking, dispatch_uid="newsletter.sending.events")
