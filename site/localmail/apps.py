from django.apps import AppConfig


class LocalMailConfig(AppConfig):
    """Named localmail because `mailbox` is a module of the standard library."""

    name = "localmail"
    label = "localmail"
    verbose_name = "Local mailbox"
