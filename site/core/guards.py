"""Guards of public forms. None needs a cookie: pages are the same for every stranger.

A post is refused when it comes from another site; a filled honeypot marks a machine; a signed time
stamp tells when the form was fetched; a limit holds off floods.
"""

import hashlib
import time
from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from .forms import BoundedForm
from .networks import network_of

STAMP_SALT = "core.guards.stamp"
FASTEST_SECONDS = 1.0
OLDEST_SECONDS = 30 * 24 * 60 * 60


def new_stamp() -> str:
    """Return a signed stamp of the present moment."""
    return TimestampSigner(salt=STAMP_SALT).sign("form")


class GuardedForm(BoundedForm):
    """A form with a honeypot (``url``) and a signed time stamp (``stamp``).

    People do not see the honeypot; whoever fills it should be answered as if all were well.
    """

    url = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    stamp = forms.CharField(required=False, widget=forms.HiddenInput, initial=new_stamp)

    def clean_stamp(self) -> str:
        stamp = self.cleaned_data["stamp"]
        signer = TimestampSigner(salt=STAMP_SALT)
        try:
            signer.unsign(stamp, max_age=OLDEST_SECONDS)
        except BadSignature as error:
            raise ValidationError(
                _("This form was open for too long. Please send it once more."), code="stale"
            ) from error
        if _is_younger(signer, stamp, FASTEST_SECONDS):
            raise ValidationError(
                _("That was very quick. Please send the form once more."), code="quick"
            )
        return stamp

    def renew_stamp(self) -> None:
        """Give a form that is shown again a stamp it can be sent with."""
        if self.has_error("stamp", "stale"):
            self.data = self.data.copy()
            self.data[self.add_prefix("stamp")] = new_stamp()

    @property
    def is_trapped(self) -> bool:
        """Whether the honeypot was filled."""
        return bool(self.data.get(self.add_prefix("url"), "").strip())


def guarded_post(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a view take posts without a CSRF cookie, and refuse those that another site sent.

    Browsers say where a post comes from in ``Sec-Fetch-Site`` (W3C Fetch Metadata) or ``Origin``
    (RFC 6454); a client that says nothing carries no one's cookies either, and is let through.
    """

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method == "POST" and is_from_elsewhere(request):
            raise PermissionDenied("This form was sent from another site.")
        return view(request, *args, **kwargs)

    return guarded


def read_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Allow GET and HEAD only; answer any other method with 405 (RFC 9110, 15.5.6).

    As nothing is changed, no CSRF token is asked for: the answer to a post would else be 403.
    """
    return csrf_exempt(require_safe(view))


def is_from_elsewhere(request: HttpRequest) -> bool:
    """Return whether a browser says that another site made it send this request."""
    fetch_site = request.headers.get("Sec-Fetch-Site")
    if fetch_site:
        return fetch_site not in ("same-origin", "none")
    source = request.headers.get("Origin") or request.headers.get("Referer")
    return bool(source) and _host_of(source) != request.get_host().lower()


def is_over_limit(scope: str, who: str, limit: int, seconds: int) -> bool:
    """Count one more act of ``who`` and return whether that is more than ``limit`` in ``seconds``.

    The cache keeps a hash of ``who``, not the address itself.
    """
    digest = hashlib.sha256(f"{settings.SECRET_KEY}:{who}".encode()).hexdigest()[:32]
    key = f"limit:{scope}:{digest}:{int(time.time() // seconds)}"
    cache.add(key, 0, timeout=seconds)
    try:
        return cache.incr(key) > limit
    except ValueError:  # It ran out between the two calls.
        return False


def client_address(request: HttpRequest) -> str:
    """Return where a request comes from, as the outermost trusted proxy saw it.

    Rate limits count by it: see ``core.networks.network_of``.
    """
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    if settings.PROXY_COUNT and len(forwarded) >= settings.PROXY_COUNT:
        return network_of(forwarded[-settings.PROXY_COUNT])
    return network_of(request.META.get("REMOTE_ADDR", ""))


def _host_of(url: str) -> str:
    """Return the host and port of an address; empty where there is none, as in "null"."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:  # As of "https://[", an IPv6 address with no end.
        return ""


def _is_younger(signer: TimestampSigner, stamp: str, seconds: float) -> bool:
    try:
        signer.unsign(stamp, max_age=seconds)
    except BadSignature:
        return False
    return True
