from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from wagtail.users.apps import WagtailUsersAppConfig


class AccountsConfig(AppConfig):
    default = True
    name = "accounts"
    verbose_name = _("accounts")

    def ready(self) -> None:
        # They register receivers.
        from . import lockout, receivers  # noqa: F401


class UsersConfig(WagtailUsersAppConfig):
    """Wagtail's users, with a link to each user's security page."""

    user_viewset = "accounts.users.UserViewSet"
