"""How django-allauth is bound to this site: no sign-up, Wagtail's login, encrypted secrets."""

import time

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.models import SiteSettings

from . import encryption
from .lockout import client_network
from .verification import factors_of, is_verified


class AccountAdapter(DefaultAccountAdapter):
    """Adapt allauth's account handling."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        """Return what follows the password: the second factor."""
        return ["allauth.mfa.stages.AuthenticateStage"]

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_network(request) or ""

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        messages.error(request, self.error_messages["account_inactive"])
        return redirect("account_login")

    def is_reauthentication_required(self, *, app: str, **kwargs: object) -> bool:
        """Return whether to ask again who it is; just after a login that is known."""
        required = super().is_reauthentication_required(app=app, **kwargs)
        return required and not _has_just_logged_in(context.request)

    def get_reauthentication_methods(self, user: AbstractBaseUser) -> list[dict]:
        """Return the ways to confirm one's identity; a password does not replace a factor."""
        methods = super().get_reauthentication_methods(user)
        if factors_of(user).exists() and not is_verified(context.request, user):
            return [method for method in methods if method["id"] != "reauthenticate"]
        return methods


class MFAAdapter(DefaultMFAAdapter):
    """Adapt allauth's second factors."""

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return encryption.decrypt(encrypted_text)
        except encryption.UnreadableSecretError as error:
            message = _(
                "Your authenticator app and recovery codes can no longer be checked. Ask an"
                " administrator to reset your two-factor authentication."
            )
            raise ValidationError(message, code="unreadable") from error

    def get_totp_issuer(self) -> str:
        return SiteSettings.for_request(context.request).name

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return user.get_username()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity = super().get_public_key_credential_rp_entity()
        return entity | {"name": self.get_totp_issuer()}

    def generate_authenticator_name(self, user: AbstractBaseUser, type: str) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey %(number)d") % {"number": number}


def _has_just_logged_in(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    last = records[-1]["at"] if records else 0
    return time.time() - last < app_settings.REAUTHENTICATION_TIMEOUT
