"""URLs of login and accounts: Wagtail's with our views, and those of second factors.

Of allauth's addresses only these are there: nobody signs up, and no other site vouches for anybody.
"""

from allauth.account import views as account_views
from allauth.mfa.base import views as code_views
from allauth.mfa.recovery_codes import views as codes_views
from allauth.mfa.totp import views as totp_views
from allauth.mfa.webauthn import views as passkey_views
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from wagtail.admin.auth import require_admin_access
from wagtail.utils.urlpatterns import decorate_urlpatterns

from . import views


def _security(route: str, view: object, name: str) -> URLPattern:
    return path(f"account/security/{route}", view, name=name)


# For people who are logged in …
_own_account = [
    path("account/", views.AccountView.as_view(), name="wagtailadmin_account"),
    _security("", views.SecurityView.as_view(), "mfa_index"),
    _security("confirm/", account_views.reauthenticate, "account_reauthenticate"),
    _security("confirm/code/", code_views.reauthenticate, "mfa_reauthenticate"),
    _security(
        "confirm/passkey/", passkey_views.reauthenticate_webauthn, "mfa_reauthenticate_webauthn"
    ),
    _security("app/add/", views.ActivateTOTPView.as_view(), "mfa_activate_totp"),
    _security("app/remove/", totp_views.deactivate_totp, "mfa_deactivate_totp"),
    _security("passkeys/add/", passkey_views.add_webauthn, "mfa_add_webauthn"),
    _security("passkeys/<int:pk>/rename/", passkey_views.edit_webauthn, "mfa_edit_webauthn"),
    _security("passkeys/<int:pk>/remove/", passkey_views.remove_webauthn, "mfa_remove_webauthn"),
    _security("codes/", codes_views.view_recovery_codes, "mfa_view_recovery_codes"),
    _security(
        "codes/renew/", views.GenerateRecoveryCodesView.as_view(), "mfa_generate_recovery_codes"
    ),
]
# … and for people who are logging in.
_login = [
    path("login/", views.LoginView.as_view(), name="wagtailadmin_login"),
    path("login/", views.LoginView.as_view(), name="account_login"),
    path("login/code/", code_views.authenticate, name="mfa_authenticate"),
    path("login/passkey/", passkey_views.login_webauthn, name="mfa_login_webauthn"),
    path("password_reset/", views.PasswordResetView.as_view(), name="wagtailadmin_password_reset"),
]

urlpatterns = decorate_urlpatterns(
    decorate_urlpatterns(_own_account, require_admin_access) + _login, never_cache
)
