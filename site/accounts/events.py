"""Events in the security of an account."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Event(models.TextChoices):
    """Security events about which a user gets an email. The label is its subject."""

    FACTOR_ADDED = "accounts.factor_added", _("A second factor was added to your account")
    FACTOR_REMOVED = "accounts.factor_removed", _("A second factor was removed from your account")
    CODES_RENEWED = "accounts.codes_renewed", _("Your recovery codes were renewed")
    CODE_USED = "accounts.code_used", _("A recovery code was used for your account")
    RESET = "accounts.two_factor_reset", _("Your two-factor authentication was reset")


# Unlocking by an administrator is logged; no email is sent.
UNLOCKED = "accounts.unlocked"
