"""Pages of sign-up, and the pages behind the links in mails. A GET changes nothing."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core.guards import client_address, guarded_post, is_over_limit, read_only
from core.languages import speak

from ..models import ConsentRecord, Newsletter, Subscription
from . import links, sign_ups
from .changing import change
from .changing import leave as leave_newsletter
from .confirming import confirm as confirm_subscription
from .forms import ChoiceForm, SignUpForm

SIGN_UPS_AN_HOUR = 20

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def helpful(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer a link that is forged, broken or too old with a page that says what to do."""

    @wraps(view)
    def answered(request: HttpRequest, token: str) -> HttpResponse:
        try:
            return view(request, token)
        except links.ExpiredLink as error:
            newsletter = error.subscription.newsletter
            speak(request, newsletter.language)
            context = {"newsletter": newsletter}
            return render(request, "newsletter/pages/expired_link.html", context, status=410)
        except links.InvalidLink:
            context = {"newsletters": Newsletter.objects.active()}
            return render(request, "newsletter/pages/invalid_link.html", context, status=404)

    return never_cache(answered)


@get_or_post
@guarded_post
def join(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the sign-up form, or take down what it asks for."""
    newsletter = get_object_or_404(Newsletter, slug=slug, active=True)
    speak(request, newsletter.language)
    if request.method != "POST":
        return _form_page(request, SignUpForm(newsletter=newsletter))
    if is_over_limit("sign-up", client_address(request), SIGN_UPS_AN_HOUR, 3600):
        return render(request, "newsletter/pages/too_many.html", status=429)
    form = SignUpForm(request.POST, newsletter=newsletter)
    if form.is_trapped:
        return redirect("newsletter:asked", slug=slug)
    if not form.is_valid():
        form.renew_stamp()
        return _form_page(request, form, status=422)
    sign_ups.record(newsletter, form.wish(), timezone.now())
    return redirect("newsletter:asked", slug=slug)


@read_only
def asked(request: HttpRequest, slug: str) -> HttpResponse:
    """Tell whoever signed up to look for a mail, whether the address was known or not."""
    newsletter = get_object_or_404(Newsletter, slug=slug)
    speak(request, newsletter.language)
    return render(request, "newsletter/pages/asked.html", {"newsletter": newsletter})


@get_or_post
@guarded_post
@helpful
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for a press of a button, and confirm the subscription when it comes."""
    subscription = links.subscription_to_confirm(token)
    speak(request, subscription.newsletter.language)
    wording = _("Yes, send me %(newsletter)s.") % {"newsletter": subscription.newsletter.name}
    if request.method == "POST":
        confirm_subscription(subscription, wording, timezone.now())
        subscription.refresh_from_db()
    context = {
        "subscription": subscription,
        "wording": wording,
        "preferences_url": links.preferences_url(subscription.pk),
        "is_confirmed": subscription.state
        in (Subscription.State.ACTIVE, Subscription.State.SUPPRESSED),
        "has_left": subscription.state == Subscription.State.LEFT,
    }
    return render(request, "newsletter/pages/confirm.html", context)


@get_or_post
@guarded_post
@helpful
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Show what a subscriber gets, and change it."""
    subscription = links.subscription_of("preferences", token)
    speak(request, subscription.newsletter.language)
    initial = {"cadence": subscription.cadence, "topics": subscription.topics}
    form = ChoiceForm(request.POST or None, newsletter=subscription.newsletter, initial=initial)
    is_saved = request.method == "POST" and form.is_valid()
    if is_saved:
        wording = _("Cadence and topics, on the preferences page")
        data = form.cleaned_data
        change(subscription, data["cadence"], data["topics"], wording, timezone.now())
    context = {
        "subscription": subscription,
        "form": form,
        "is_saved": is_saved,
        "leave_url": links.leave_url(subscription.pk),
        "has_left": subscription.state == Subscription.State.LEFT,
    }
    return render(request, "newsletter/pages/preferences.html", context)


@get_or_post
@csrf_exempt
@helpful
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for a press of a button, and end the subscription when it comes.

    Mail programs post here for their reader, from anywhere and with no session (RFC 8058).
    """
    subscription = links.subscription_of("leave", token)
    speak(request, subscription.newsletter.language)
    wording = _("Leave %(newsletter)s") % {"newsletter": subscription.newsletter.name}
    if request.method == "POST":
        one_click = request.POST.get("List-Unsubscribe") == "One-Click"
        how = ConsentRecord.How.ONE_CLICK if one_click else ConsentRecord.How.LINK
        leave_newsletter(subscription, how, wording, timezone.now())
        subscription.refresh_from_db()
    context = {
        "subscription": subscription,
        "wording": wording,
        "has_left": subscription.state == Subscription.State.LEFT,
    }
    return render(request, "newsletter/pages/leave.html", context)


def _form_page(request: HttpRequest, form: SignUpForm, status: int = 200) -> HttpResponse:
    context = {"newsletter": form.newsletter, "form": form}
    return render(request, "newsletter/pages/join.html", context, status=status)
