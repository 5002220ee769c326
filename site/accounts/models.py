"""Settings that say who must use a second factor."""

from django.contrib.auth.models import AbstractBaseUser, Group
from django.db import models
from django.db.models import Q
from django.forms import CheckboxSelectMultiple
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting


@register_setting(icon="lock")
class TwoFactorPolicy(BaseGenericSetting):
    """The groups whose members must use two-factor authentication in the admin."""

    required_groups = models.ManyToManyField(
        Group,
        verbose_name=_("required for groups"),
        blank=True,
        related_name="+",
        help_text=_("Members must set up a second factor before any page of the admin opens."),
    )
    is_required_for_administrators = models.BooleanField(
        _("required for administrators"),
        default=False,
        help_text=_("Administrators have every permission, whichever groups they are in."),
    )

    panels = [
        FieldPanel("required_groups", widget=CheckboxSelectMultiple),
        FieldPanel("is_required_for_administrators"),
    ]

    class Meta:
        verbose_name = _("two-factor authentication")

    @classmethod
    def applies_to(cls, user: AbstractBaseUser) -> bool:
        """Return whether a user must use two-factor authentication."""
        applies = Q(required_groups__user=user)
        if user.is_superuser:
            applies |= Q(is_required_for_administrators=True)
        return cls.objects.filter(applies).exists()
