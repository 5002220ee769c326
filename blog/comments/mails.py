"""The mails about comments; each has a folder of templates named after its kind."""

from collections.abc import Iterator
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.mail import EmailMultiAlternatives
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import override
from wagtail.models import Site

from core.languages import language_of
from core.mail import PlainHeadersMessage, lasting_id, render_mail
from core.models import SiteSettings

from ..models import Comment, CommentNotice
from . import links
from .discussion import address_of

_AUTOMATIC = {"Auto-Submitted": "auto-generated"}  # RFC 3834: nobody's holiday answers it.


def moderators() -> QuerySet[AbstractBaseUser]:
    """Return who may decide about comments, can log in to the admin, and has an address."""
    users, backend = get_user_model().objects, "django.contrib.auth.backends.ModelBackend"
    may_enter = users.with_perm("wagtailadmin.access_admin", backend=backend)
    may_decide = users.with_perm("blog.change_comment", backend=backend)
    return may_decide.filter(pk__in=may_enter.values("pk")).exclude(email="")


def for_moderators(notice: CommentNotice) -> list[EmailMultiAlternatives]:
    """Return the mails that tell moderators, each in their language, that comments wait."""
    return list(_for_moderators(notice))


def for_reader(notice: CommentNotice) -> EmailMultiAlternatives:
    """Return the mail that tells a reader of an answer, and that stops with one click.

    It is in the post's language. Sources: List-Unsubscribe is RFC 2369, List-Unsubscribe-Post
    RFC 8058.
    """
    with override(language_of(notice.answer.post)):
        return _for_reader(notice)


def _for_reader(notice: CommentNotice) -> EmailMultiAlternatives:
    reader, answer = notice.reader, notice.answer
    site = answer.post.get_site() or Site.objects.filter(is_default_site=True).first()
    stop_url = links.stop_url(reader)
    context = {
        "reader": reader,
        "answer": answer,
        "post": answer.post,
        "answer_url": address_of(answer),
        "stop_url": stop_url,
        "brand": SiteSettings.for_site(site),
    }
    headers = {
        "List-Unsubscribe": f"<{stop_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Message-ID": f"<reply-{reader.pk}-{lasting_id(answer.pk, answer.created_at)}@{_domain()}>",
        **_AUTOMATIC,
    }
    return _message(notice.kind, reader.email, context, headers)


def _for_moderators(notice: CommentNotice) -> Iterator[EmailMultiAlternatives]:
    page = f"{settings.WAGTAILADMIN_BASE_URL}{reverse('comments_queue:index')}"
    site = Site.objects.filter(is_default_site=True).first()
    waiting = Comment.objects.waiting()
    context = {
        "number": waiting.count(),
        "latest": list(waiting.select_related("post").order_by("-created_at", "-pk")[:3]),
        "queue_url": page,
        "brand": SiteSettings.for_site(site),
    }
    for user in moderators().select_related("wagtail_userprofile"):
        name = user.get_short_name() or user.get_username()
        with override(_language_of(user)):
            yield _message(notice.kind, user.email, {**context, "name": name}, _AUTOMATIC)


def _message(
    kind: str, address: str, context: dict[str, Any], headers: dict[str, str]
) -> EmailMultiAlternatives:
    mail = render_mail(f"blog/email/{kind}", context)
    message = PlainHeadersMessage(mail.subject, mail.text, to=[address], headers=headers)
    message.attach_alternative(mail.html, "text/html")
    return message


def _language_of(user: AbstractBaseUser) -> str:
    profile = getattr(user, "wagtail_userprofile", None)
    return profile.get_preferred_language() if profile else settings.LANGUAGE_CODE


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
