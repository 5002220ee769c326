"""Forms of login and of second factors: Wagtail's and allauth's, with limits on guessing."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.forms import ReauthenticateForm as BaseReauthenticateForm
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as code_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as passkey_forms
from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import auth as wagtail_forms

from core.guards import is_over_limit

from . import tasks, totp
from .lockout import lockout_message, raise_if_locked

logger = logging.getLogger(__name__)

# To hash a longer one would only take time: no password is.
MAX_PASSWORD_LENGTH = 4096
MAX_RESETS_PER_ADDRESS = 3  # An hour.


class _LockoutMessageMixin:
    """Show the lockout message when the password is no longer checked."""

    def get_invalid_login_error(self) -> ValidationError:
        if getattr(self.request, "axes_locked_out", False):
            return ValidationError(lockout_message(), code="locked_out")
        return super().get_invalid_login_error()


class LoginForm(_LockoutMessageMixin, wagtail_forms.LoginForm):
    """Login to the admin."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs["autocomplete"] = "username"
        self.fields["password"].widget.attrs["autocomplete"] = "current-password"


class ReaderLoginForm(_LockoutMessageMixin, AuthenticationForm):
    """Login to read a private page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Django gives the field a length, and no validator for it.
        username = self.fields["username"]
        username.validators.append(MaxLengthValidator(username.max_length))
        self.fields["password"].validators.append(MaxLengthValidator(MAX_PASSWORD_LENGTH))


class PasswordChangeForm(wagtail_forms.PasswordChangeForm):
    """Change one's own password; wrong old passwords count as failed logins."""

    request: HttpRequest  # Set by the panel that shows the form.

    def clean_old_password(self) -> str:
        raise_if_locked(self.request, self.user)
        password = self.cleaned_data["old_password"]
        if not authenticate(self.request, username=self.user.get_username(), password=password):
            raise ValidationError(
                self.error_messages["password_incorrect"], code="password_incorrect"
            )
        return password


class PasswordResetForm(wagtail_forms.PasswordResetForm):
    """Request a reset link by email. The response does not reveal whether an account exists."""

    def save(self, **options: object) -> None:
        """Queue a task that looks for accounts and sends links, a few an hour for each address."""
        address = self.cleaned_data["email"]
        if not is_over_limit("password-reset", address.lower(), MAX_RESETS_PER_ADDRESS, 3600):
            tasks.send_password_reset.delay(address, get_language())


class ReauthenticateForm(BaseReauthenticateForm):
    """Ask for the password again before a sensitive change."""

    def clean_password(self) -> str:
        raise_if_locked(context.request, self.user)
        return super().clean_password()


class _CodeMixin:
    """Count wrong codes as failed logins, and accept each code of an app only once."""

    def clean_code(self) -> str:
        raise_if_locked(context.request, self.user)
        code = super().clean_code()
        is_totp = self.authenticator.type == Authenticator.Type.TOTP
        if is_totp and not totp.claim_code(self.authenticator, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(_CodeMixin, code_forms.AuthenticateForm):
    """A code at login."""


class ReauthenticateCodeForm(_CodeMixin, code_forms.ReauthenticateForm):
    """Ask for a code before a sensitive change."""


def _refuse_malformed(clean: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse a credential that cannot be parsed or verified.

    Which exceptions fido2 and the libraries below it raise for what a client made up is documented
    nowhere: ValueError, KeyError, InvalidSignature, struct.error and more.
    """

    @wraps(clean)
    def wrapped(self: forms.Form) -> Any:
        try:
            return clean(self)
        except ValidationError:
            raise
        except Exception as error:
            logger.info("A passkey was refused: %r", error)
            raise ValidationError(
                _("This passkey could not be verified. Try again, or use another way to log in."),
                code="incorrect_credential",
            ) from error

    return wrapped


class CredentialField(forms.JSONField):
    """A passkey credential from the browser, as JSON (W3C Web Authentication)."""

    def __init__(self) -> None:
        super().__init__(widget=forms.HiddenInput)

    def to_python(self, value: str) -> Any:
        """Parse it. Python's parser gives up on deeply nested JSON with a RecursionError."""
        try:
            return super().to_python(value)
        except RecursionError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error

    def bound_data(self, data: str, initial: Any) -> Any:
        """Return an empty value: a form that is shown again asks the browser for a new one."""
        return initial


class AddPasskeyForm(passkey_forms.AddWebAuthnForm):
    """Add a passkey. It can also log in without a password, unless the key does not support it."""

    name = forms.CharField(label=_("Name"), required=False, max_length=100)
    credential = CredentialField()
    passwordless = forms.BooleanField(
        label=_("Log in without a password"),
        required=False,
        initial=True,
        help_text=_("Turn this off for a security key without a PIN or fingerprint reader."),
    )

    clean = _refuse_malformed(passkey_forms.AddWebAuthnForm.clean)


class EditPasskeyForm(passkey_forms.EditWebAuthnForm):
    name = forms.CharField(label=_("Name"), max_length=100)


class AuthenticatePasskeyForm(passkey_forms.AuthenticateWebAuthnForm):
    credential = CredentialField()
    clean_credential = _refuse_malformed(passkey_forms.AuthenticateWebAuthnForm.clean_credential)


class ReauthenticatePasskeyForm(passkey_forms.ReauthenticateWebAuthnForm):
    credential = CredentialField()
    clean_credential = _refuse_malformed(passkey_forms.ReauthenticateWebAuthnForm.clean_credential)


class LoginPasskeyForm(passkey_forms.LoginWebAuthnForm):
    credential = CredentialField()
    clean_credential = _refuse_malformed(passkey_forms.LoginWebAuthnForm.clean_credential)
