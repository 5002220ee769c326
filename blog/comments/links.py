"""The signed link by which a reader has the mails about answers stopped, with no password."""

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from core.richtext import absolute_url

from ..models import Comment

_signer = Signer(salt="blog.comments.stop", sep=".")


class InvalidLink(Exception):
    """The link was not made by us, or its comment is gone."""


def stop_url(comment: Comment) -> str:
    """Return the address of the page, and of the one-click post, by which its mails are stopped."""
    return absolute_url(reverse("comments:stop", args=[_signer.sign(comment.pk)]))


def comment_of(token: str) -> Comment:
    """Return the comment that a link is for.

    Raises InvalidLink.
    """
    try:
        return Comment.objects.select_related("post").get(pk=_signer.unsign(token))
    except (BadSignature, Comment.DoesNotExist, ValueError) as error:
        raise InvalidLink from error


def stop(comment: Comment) -> None:
    """Stop the mails about answers to an address, whichever of its comments they answer."""
    Comment.objects.by(comment.email).update(wants_answers=False)
