"""Wagtail hooks for accounts, other than the login pages."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry
from wagtail.users.models import UserProfile

from core.models import User

from . import users
from .events import UNLOCKED, Event
from .panels import SecurityPanel

hooks.register("register_admin_urls", users.urlpatterns)


@hooks.register("register_account_settings_panel")
def register_security_panel(
    request: HttpRequest, user: User, profile: UserProfile
) -> SecurityPanel:
    return SecurityPanel(request, user, profile)


@hooks.register("register_log_actions")
def register_log_actions(actions: LogActionRegistry) -> None:
    """Register the log entries for account security."""
    labels = {
        Event.FACTOR_ADDED: (_("Add second factor"), _("Second factor added")),
        Event.FACTOR_REMOVED: (_("Remove second factor"), _("Second factor removed")),
        Event.CODES_RENEWED: (_("Renew recovery codes"), _("Recovery codes renewed")),
        Event.CODE_USED: (_("Use recovery code"), _("Recovery code used")),
        Event.RESET: (_("Reset two-factor"), _("Two-factor authentication reset")),
        UNLOCKED: (_("Unlock account"), _("Account unlocked after failed logins")),
    }
    for action, (label, message) in labels.items():
        actions.register_action(str(action), label, message)
