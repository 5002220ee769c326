"""Treat a session that lacks its second factor as anonymous."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.middleware import get_user
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from .verification import factors_of, unverified_user

# The views that a user who still has to set up a factor may open …
SET_UP_VIEWS = {
    *("mfa_index", "mfa_activate_totp", "mfa_add_webauthn"),
    *("account_reauthenticate", "wagtailadmin_logout"),
}
# … and a user who has one but has not used it in this session.
VERIFY_VIEWS = {"mfa_reauthenticate", "mfa_reauthenticate_webauthn", "wagtailadmin_logout"}


class SecondFactorMiddleware:
    """Keep ``request.user`` anonymous until the user proves the second factor they have or need.

    So every view that asks who somebody is, of the admin or not, refuses as it refuses strangers;
    the login view leads on from there. Requests without a session cookie cost nothing and stay
    without one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            request.user = SimpleLazyObject(lambda: _verified_user(request))
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], *args: object
    ) -> None:
        name = request.resolver_match.view_name
        if name not in SET_UP_VIEWS | VERIFY_VIEWS:
            return
        user = unverified_user(request)
        if user and name in (VERIFY_VIEWS if factors_of(user).exists() else SET_UP_VIEWS):
            request.user = user


def _verified_user(request: HttpRequest) -> AbstractBaseUser | AnonymousUser:
    return AnonymousUser() if unverified_user(request) else get_user(request)
