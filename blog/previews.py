"""How a post looks outside the web, for its editor to see before publishing."""

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.template import loader

from core.channels import Channel, compile_mjml
from core.models import SiteSettings

if TYPE_CHECKING:
    from blog.models import PostPage


def as_email(post: "PostPage") -> HttpResponse:
    """Return the post as the HTML part of a mail shows it."""
    source = loader.render_to_string(
        "blog/previews/post.mjml", _context(post, Channel.EMAIL), using=Channel.EMAIL.engine
    )
    return HttpResponse(compile_mjml(source))


def as_text(post: "PostPage") -> HttpResponse:
    """Return the post as the text part of a mail shows it."""
    source = loader.render_to_string(
        "blog/previews/post.txt", _context(post, Channel.TEXT), using=Channel.TEXT.engine
    )
    return HttpResponse(source, content_type="text/plain; charset=utf-8")


def _context(post: "PostPage", channel: Channel) -> dict[str, object]:
    return {
        "post": post,
        "channel": channel,
        "brand": SiteSettings.for_site(post.get_site()),
    }
