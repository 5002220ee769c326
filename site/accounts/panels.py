"""Panels of the account page."""

from typing import Any

from django.forms import Form
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.account import BaseSettingsPanel, ChangePasswordPanel, SettingsTab

from .forms import PasswordChangeForm
from .verification import factors_of, is_required

security_tab = SettingsTab("security", _("Security"), order=150)


class SecurityPanel(BaseSettingsPanel):
    """Show which second factors protect the account, with a link to their page."""

    name = "security"
    title = _("Two-factor authentication")
    tab = security_tab
    order = 100
    template_name = "accounts/security_panel.html"

    def get_form(self) -> Form:
        """Return an empty form: the page saves each panel's form, and this has no fields."""
        return Form(prefix=self.name)

    def get_context_data(self) -> dict[str, Any]:
        return {"factors": list(factors_of(self.user)), "is_required": is_required(self.user)}


class LimitedPasswordPanel(ChangePasswordPanel):
    """The password panel, with a limit on guesses at the old password."""

    form_class = PasswordChangeForm
    tab = security_tab

    @classmethod
    def in_place_of(cls, panel: BaseSettingsPanel) -> BaseSettingsPanel:
        """Return a panel, or this one in place of Wagtail's."""
        if type(panel) is ChangePasswordPanel:
            return cls(panel.request, panel.user, panel.profile)
        return panel

    def get_form(self) -> PasswordChangeForm:
        """Return the same form each time, so that one guess counts once."""
        return self._form

    @cached_property
    def _form(self) -> PasswordChangeForm:
        form = super().get_form()
        form.request = self.request
        return form
