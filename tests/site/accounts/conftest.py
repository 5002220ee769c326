"""People who log in, and what they log in with."""

import time
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth.models import Group
from django.http import HttpResponse
from django.test import Client, TestCase

from accounts.models import TwoFactorPolicy
from core.models import User


class CommittingClient(Client):
    """A client whose requests end with what waits for the end of a transaction."""

    def request(self, **request: object) -> HttpResponse:
        with TestCase.captureOnCommitCallbacks(execute=True):
            return super().request(**request)


SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "a long password"


@pytest.fixture
def client() -> Client:
    return CommittingClient()


@pytest.fixture
def editor(home) -> User:
    user = User.objects.create_user("anna", "anna@example.org", PASSWORD)
    user.groups.add(Group.objects.get(name="Editor"))
    return user


@pytest.fixture
def with_app(editor) -> User:
    """The editor, with an authenticator app and recovery codes."""
    TOTP.activate(editor, SECRET)
    RecoveryCodes.activate(editor)
    return editor


@pytest.fixture
def required(home) -> None:
    """Editors must have a second factor."""
    policy = TwoFactorPolicy.load()
    policy.required_groups.add(Group.objects.get(name="Editor"))


@pytest.fixture
def log_in() -> Callable[..., HttpResponse]:
    """Send the form of the login page, from an address."""

    def log_in(
        client: Client,
        username: str = "anna",
        password: str = PASSWORD,
        address: str = "192.0.2.1",
        path: str = "/admin/login/",
        **data: str,
    ) -> HttpResponse:
        form = {"username": username, "password": password, **data}
        return client.post(path, form, REMOTE_ADDR=address)

    return log_in


def code_now(secret: str = SECRET, steps: int = 0) -> str:
    """Return the code that an app shows now, or so many steps of 30 seconds later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def recovery_codes(user: User) -> list[str]:
    codes = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
    return codes.wrap().get_unused_codes()
