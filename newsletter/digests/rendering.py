"""How does a digest look? Rendered once for a cohort, with slots for what differs by recipient."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.template import loader
from django.utils.html import escape

from blog.models import PostPage
from core.channels import Channel, compile_mjml

from ..models import Cohort, Newsletter
from . import selection

SLOTS = ("greeting", "leave_url", "preferences_url")
SUBJECT_LENGTH = 150
MOST_BYTES = 95_000


@dataclass(frozen=True)
class Mail:
    """The parts of a mail."""

    subject: str
    html: str
    text: str


class UnfilledSlot(ValueError):
    """A mail still has a slot after all were filled."""


def render_mail(folder: str, context: Mapping[str, Any]) -> Mail:
    """Return the mail that ``subject.txt``, ``body.mjml`` and ``body.txt`` of a folder make."""
    return Mail(
        subject=_subject(_render(f"{folder}/subject.txt", context, Channel.TEXT)),
        html=compile_mjml(_render(f"{folder}/body.mjml", context, Channel.EMAIL)),
        text=_render(f"{folder}/body.txt", context, Channel.TEXT),
    )


def render(cohort: Cohort) -> Cohort | None:
    """Return a cohort with its content, rendered anew where a post has been withdrawn since.

    None where none of its posts may be mailed any more.
    """
    posts = _mailable_posts(cohort)
    if cohort.html and cohort.rendered_posts == [post.pk for post in posts]:
        return cohort
    if not posts:
        return None
    _set_content(cohort, posts)
    cohort.save()
    return cohort


def preview(cohort: Cohort, values: Mapping[str, str]) -> Mail | None:
    """Return a cohort's mail as it was rendered last, or else as it would be; nothing is saved.

    None where it was not rendered, and none of its posts may be mailed any more. Raises
    UnfilledSlot where a slot has no value.
    """
    if not cohort.html:
        posts = _mailable_posts(cohort)
        if not posts:
            return None
        _set_content(cohort, posts)
    return fill(cohort, values)


def fill(cohort: Cohort, values: Mapping[str, str]) -> Mail:
    """Return a cohort's mail with its slots filled.

    Raises UnfilledSlot where a slot has no value.
    """
    html, text = cohort.html, cohort.text
    for name, value in values.items():
        slot = slot_name(name, cohort.slot_mark)
        html, text = html.replace(slot, escape(value)), text.replace(slot, value)
    if cohort.slot_mark in html or cohort.slot_mark in text:
        raise UnfilledSlot(f"A slot of {cohort} was not filled.")
    return Mail(subject=cohort.subject, html=html, text=text)


def slot_name(name: str, mark: str) -> str:
    """Return what stands for a value in rendered content.

    The mark is random and new each time, so that no text of a post can be taken for a slot.
    """
    return f"slot-{name}-{mark}-"


def _mailable_posts(cohort: Cohort) -> list[PostPage]:
    posts = selection.mailable(cohort.posts.all(), cohort.digest.newsletter)
    return list(posts.latest_first().for_cards())


def _set_content(cohort: Cohort, posts: list[PostPage]) -> None:
    mark = secrets.token_hex(8)
    mail = _longest_that_fits(cohort, posts, mark)
    cohort.subject, cohort.html, cohort.text = mail.subject, mail.html, mail.text
    cohort.slot_mark, cohort.rendered_posts = mark, [post.pk for post in posts]


def _longest_that_fits(cohort: Cohort, posts: list[PostPage], mark: str) -> Mail:
    """Return the mail with posts in the newsletter's form, or a shorter one where it is too long.

    Gmail cuts a mail off at 102 KB, and with it the link to leave.
    """
    forms = list(Newsletter.Form)
    for form in forms[forms.index(cohort.digest.newsletter.post_form) :]:
        mail = render_mail("newsletter/email/digest", _context(cohort, posts, mark, form))
        if len(mail.html.encode()) + len(mail.text.encode()) <= MOST_BYTES:
            break
    return mail


def _context(cohort: Cohort, posts: list[PostPage], mark: str, form: str) -> dict[str, Any]:
    digest = cohort.digest
    return {
        "newsletter": digest.newsletter,
        "digest": digest,
        "posts": posts,
        "form": form,
        **{name: slot_name(name, mark) for name in SLOTS},
    }


def _render(template: str, context: Mapping[str, Any], channel: Channel) -> str:
    return loader.render_to_string(template, {**context, "channel": channel}, using=channel.engine)


def _subject(text: str) -> str:
    line = " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text).split())
    return line if len(line) <= SUBJECT_LENGTH else f"{line[: SUBJECT_LENGTH - 1].rstrip()}…"
