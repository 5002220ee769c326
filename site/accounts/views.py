"""Views of login, of one's own account, and of one's second factors."""

from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as codes_views
from allauth.mfa.totp import views as totp_views
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AbstractBaseUser
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin.views import account

from core.guards import client_address, is_over_limit

from . import totp
from .factors import remaining_codes
from .forms import LoginForm, ReaderLoginForm
from .panels import LimitedPasswordPanel
from .verification import factors_of, is_required, unverified_user

MAX_RESETS_PER_NETWORK = 20  # An hour.


class SecondFactorLoginMixin:
    """Asks for the second factor after the password, if the user has one."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method == "GET" and (user := unverified_user(request)):
            return _ask_for_second_factor(request, user)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Form) -> HttpResponse:
        """Go on to the second factor in a session that has a new key."""
        session = self.request.session
        if SESSION_KEY in session:
            session.flush()
        else:
            session.cycle_key()
        session.set_expiry(self.session_seconds(form))
        login = Login(user=form.get_user(), redirect_url=self.get_success_url())
        return perform_password_login(self.request, form.cleaned_data, login)

    def session_seconds(self, form: Form) -> int | None:
        """Return the lifetime of the session; None for the default in the settings."""
        return None


class LoginView(SecondFactorLoginMixin, account.LoginView):
    """Login to the admin, with the name and the look of the publication."""

    template_name = "accounts/login.html"

    def get_form_class(self) -> type[Form]:
        return LoginForm

    def session_seconds(self, form: Form) -> int | None:
        return settings.SESSION_COOKIE_AGE if form.cleaned_data["remember"] else 0


class ReaderLoginView(SecondFactorLoginMixin, auth_views.LoginView):
    """Login to read a private page."""

    template_name = "wagtailcore/login.html"
    form_class = ReaderLoginForm


class PasswordResetView(account.PasswordResetView):
    """Request a link to reset the password."""

    def form_valid(self, form: Form) -> HttpResponse:
        if is_over_limit(
            "password-reset-network", client_address(self.request), MAX_RESETS_PER_NETWORK, 3600
        ):
            form.add_error(None, _("Too many requests. Wait an hour, then try again."))
            response = self.form_invalid(form)
            response.status_code = 429
            return response
        return super().form_valid(form)


class AccountView(account.AccountView):
    """Wagtail's account page, with a limit on guesses at the old password."""

    def get_panels(self) -> list[account.BaseSettingsPanel]:
        return self._panels

    @cached_property
    def _panels(self) -> list[account.BaseSettingsPanel]:
        return [LimitedPasswordPanel.in_place_of(panel) for panel in super().get_panels()]


@method_decorator(login_required, name="dispatch")
class SecurityView(TemplateView):
    """A user's own second factors, and how to set them up."""

    template_name = "accounts/security.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        codes = Authenticator.objects.filter(
            user_id=user.pk, type=Authenticator.Type.RECOVERY_CODES
        ).first()
        factors = list(factors_of(user))
        return super().get_context_data(**kwargs) | {
            "factors": factors,
            "has_app": any(factor.type == Authenticator.Type.TOTP for factor in factors),
            "is_required": is_required(user),
            "codes": codes,
            "remaining_codes": codes and remaining_codes(codes),
        }


class ActivateTOTPView(totp_views.ActivateTOTPView):
    """Set up an authenticator app; the code that confirms it cannot be used again."""

    def form_valid(self, form: ActivateTOTPForm) -> HttpResponse:
        response = super().form_valid(form)
        factor = factors_of(self.request.user).get(type=Authenticator.Type.TOTP)
        totp.claim_code(factor, form.cleaned_data["code"])
        return response


class GenerateRecoveryCodesView(codes_views.GenerateRecoveryCodesView):
    """Renew the recovery codes, even if the current ones can no longer be decrypted."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super(codes_views.GenerateRecoveryCodesView, self).get_context_data(**kwargs)


def _ask_for_second_factor(request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
    factors = factors_of(user)
    if not factors.exists():
        return redirect("mfa_index")
    has_app = factors.filter(type=Authenticator.Type.TOTP).exists()
    name = "mfa_reauthenticate" if has_app else "mfa_reauthenticate_webauthn"
    target = request.GET.get("next") or reverse("wagtailadmin_home")
    return redirect(f"{reverse(name)}?{urlencode({'next': target})}")
