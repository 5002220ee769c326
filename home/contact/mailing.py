"""Mail what visitors have written to those whom the page names."""

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.template import loader
from django.urls import reverse
from django.utils.translation import gettext
from wagtail.admin.mail import send_mail

from core import problems
from core.channels import Channel

if TYPE_CHECKING:
    from ..models import ContactMessage, ContactPage

logger = logging.getLogger(__name__)


def find_problems(now: datetime) -> Iterator[problems.Problem]:
    """Yield a problem if emails about visitors' messages were given up lately."""
    from ..models import ContactMessage

    emails = ContactMessage.objects.given_up_since(now - problems.RECENT, now)
    title, url = gettext("Contact messages"), reverse("wagtailforms:index")
    yield from problems.given_up("contact", title, emails, "submit_time", url=url)


def mail(message: "ContactMessage", now: datetime) -> None:
    """Mail a message, unless that was done or another is doing it. It never raises.

    The message is stored whatever comes of it; what goes wrong is logged and tried again later.
    """
    page = message.page.specific
    if not message.claim(now):
        return
    try:
        send_mail(
            _subject(page),
            _body(message, page),
            page.recipients,
            reply_to=_reply_to(message, page),
        )
    except Exception:
        logger.exception("Message %s could not be mailed", message.pk)
        return
    message.note_mailed()


def _subject(page: "ContactPage") -> str:
    return " ".join((page.subject or page.title).split())


def _body(message: "ContactMessage", page: "ContactPage") -> str:
    context = {
        "page": page,
        "answers": list(_answers(message, page)),
        "url": settings.WAGTAILADMIN_BASE_URL
        + reverse("wagtailforms:list_submissions", args=[page.pk]),
    }
    template = "home/email/contact/body.txt"
    return loader.render_to_string(template, context, using=Channel.TEXT.engine).strip()


def _answers(message: "ContactMessage", page: "ContactPage") -> Iterator[tuple[str, str]]:
    """Return the label of each field, and what was written there."""
    for field in page.get_form_fields():
        answer = message.form_data.get(field.clean_name)
        if answer not in (None, "", []):
            yield field.label, _in_words(answer)


def _in_words(answer: object) -> str:
    if isinstance(answer, bool):
        return gettext("yes") if answer else gettext("no")
    return ", ".join(answer) if isinstance(answer, list) else str(answer)


def _reply_to(message: "ContactMessage", page: "ContactPage") -> list[str] | None:
    """Return the address that a visitor has given, first of all; it was checked with the form."""
    emails = (field.clean_name for field in page.get_form_fields() if field.field_type == "email")
    return next(([it] for name in emails if (it := message.form_data.get(name))), None)
