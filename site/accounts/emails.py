"""The emails about accounts."""

from typing import Any

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.models import AbstractBaseUser
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.translation import override
from wagtail.models import Site
from wagtail.users.models import UserProfile

from core.mail import render_mail
from core.models import SiteSettings

from .events import Event

_AUTOMATIC = {"Auto-Submitted": "auto-generated"}  # RFC 3834: no out-of-office reply.


def send_security_email(user: AbstractBaseUser, event: str, details: dict[str, Any]) -> None:
    """Build the email that tells a user, in their language, about a security event."""
    with override(UserProfile.get_for_user(user).get_preferred_language()):
        context = details | {
            "event": Event(event),
            "user": user,
            "brand": SiteSettings.for_site(Site.objects.get(is_default_site=True)),
            "security_url": f"{settings.WAGTAILADMIN_BASE_URL}{reverse('mfa_index')}",
        }
        mail = render_mail("accounts/email/security", context)
    message = EmailMultiAlternatives(mail.subject, mail.text, to=[user.email], headers=_AUTOMATIC)
    message.attach_alternative(mail.html, "text/html")
    message.send()


def send_password_reset(address: str) -> None:
    """Email a link to each active user with an address, as Wagtail words it."""
    form = PasswordResetForm({"email": address})
    if form.is_valid():
        folder = "wagtailadmin/account/password_reset"
        form.save(
            domain_override=settings.WAGTAILADMIN_BASE_URL,
            email_template_name=f"{folder}/email.txt",
            subject_template_name=f"{folder}/email_subject.txt",
        )
