"""How does a digest look? Rendered once for a cohort, with slots for what differs by recipient."""

import logging
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import DatabaseError, transaction
from django.utils.html import escape
from django.utils.translation import override

from blog.models import PostPage
from blog.querysets import PostQuerySet

from ..mail import Mail, NewsletterMessage, render_mail
from ..models import Cohort, Digest, Newsletter
from . import omissions, selection

logger = logging.getLogger(__name__)

SLOTS = ("greeting", "leave_url", "preferences_url")
FOLDER = "newsletter/email/digest"
# Gmail cuts a mail off at 102 KB, and with it the link to leave.
MOST_BYTES = 98_000


class UnfilledSlot(ValueError):
    """A mail still has a slot after all were filled."""


class Unrenderable(Exception):
    """A variant cannot be rendered: its template fails, or every one of its posts does."""


def render(cohort: Cohort) -> Cohort | None:
    """Return a cohort with its content, rendered anew where a post has been withdrawn since.

    None where none of its posts may be mailed any more. Of workers that come at once one renders.
    A post that cannot be rendered is omitted, and the editors are told. Raises Unrenderable where
    nothing can be.
    """
    if _is_current(cohort):
        return cohort
    with transaction.atomic():
        locked = Cohort.objects.select_for_update().get(pk=cohort.pk)
        locked.digest = cohort.digest
        if _is_current(locked):
            return locked
        posts = _mailable_posts(locked)
        if not posts:
            return None
        failures = _set_content(locked, posts)
        if failures:
            omissions.record(locked, failures)
        locked.save()
    return locked


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


def _is_current(cohort: Cohort) -> bool:
    """Return whether a cohort is rendered with just the posts that may be mailed now."""
    if not cohort.html:
        return False
    return cohort.rendered_posts == list(_mailable(cohort).values_list("pk", flat=True))


def _mailable_posts(cohort: Cohort) -> list[PostPage]:
    return list(_mailable(cohort).for_cards())


def _mailable(cohort: Cohort) -> PostQuerySet:
    posts = selection.mailable(cohort.posts.all(), cohort.digest.newsletter).latest_first()
    return posts.exclude(pk__in=cohort.omissions.values("post"))


def _set_content(cohort: Cohort, posts: list[PostPage]) -> dict[int, str]:
    """Set the content of a cohort, and return the errors of the posts that it omits.

    Raises Unrenderable where nothing can be rendered.
    """
    mark, failures = secrets.token_hex(8), {}
    with override(cohort.digest.newsletter.language):
        try:
            mail = _longest_that_fits(cohort, posts, mark)
        except DatabaseError:
            raise
        except Exception as error:
            # Any error: of templates, of MJML, of what a post holds.
            failures = failures_of(cohort.digest, posts)
            posts = [post for post in posts if post.pk not in failures]
            if not failures or not posts:
                raise Unrenderable(f"{type(error).__name__}: {error}") from error
            mail = _longest_that_fits(cohort, posts, mark)
    cohort.subject, cohort.html, cohort.text = mail.subject, mail.html, mail.text
    cohort.slot_mark, cohort.rendered_posts = mark, [post.pk for post in posts]
    return failures


def failures_of(digest: Digest, posts: Iterable[PostPage]) -> dict[int, str]:
    """Return the errors of those posts that cannot be rendered for a digest, by their keys."""
    failures = {}
    for post in posts:
        try:
            form = digest.newsletter.post_form
            render_mail(FOLDER, _context(Cohort(digest=digest), [post], "mark", form, 0))
        except DatabaseError:
            raise
        except Exception as error:
            logger.exception("Post %s cannot be rendered", post.pk, extra={"digest": digest.pk})
            failures[post.pk] = f"{type(error).__name__}: {error}"
    return failures


def _longest_that_fits(cohort: Cohort, posts: list[PostPage], mark: str) -> Mail:
    """Return the mail with posts in the newsletter's form, or a shorter one where it is too long.

    Where even titles are too many, the first are shown, and how many more there are.
    """
    forms = list(Newsletter.Form)
    for form in forms[forms.index(cohort.digest.newsletter.post_form) :]:
        mail = render_mail(FOLDER, _context(cohort, posts, mark, form, 0))
        if size_of(mail) <= MOST_BYTES:
            return mail
    shown = len(posts)
    while size_of(mail) > MOST_BYTES and shown > 1:
        shown = shown * 3 // 4
        mail = render_mail(FOLDER, _context(cohort, posts[:shown], mark, form, len(posts) - shown))
    logger.warning(
        "%s is too long for mail: it shows %s of %s posts",
        cohort,
        shown,
        len(posts),
        extra={"digest": cohort.digest_id, "newsletter": cohort.digest.newsletter.slug},
    )
    return mail


def size_of(mail: Mail) -> int:
    """Return the bytes that a mail takes on its way, encoded, without its headers."""
    message = NewsletterMessage(body=mail.text)
    message.attach_alternative(mail.html, "text/html")
    return len(message.message().as_bytes())


def _context(
    cohort: Cohort, posts: list[PostPage], mark: str, form: str, left_out: int
) -> dict[str, Any]:
    digest = cohort.digest
    return {
        "newsletter": digest.newsletter,
        "brand": digest.newsletter.brand,
        "digest": digest,
        "posts": posts,
        "form": form,
        "left_out": left_out,
        **{name: slot_name(name, mark) for name in SLOTS},
    }
