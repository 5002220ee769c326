"""Render a block or a body for a channel: the web page, a mail's HTML part, plain text.

A block says what it is once; for each channel it has a template that lies where its name says:
``HeadingBlock`` of the app ``blog`` has ``blog/blocks/web/heading_block.html``,
``blog/blocks/email/heading_block.mjml`` and ``blog/blocks/text/heading_block.txt``. The channel is
taken from the context that the block is rendered with, and is the web where there is none.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import mjml
from django.core import checks
from django.template import TemplateDoesNotExist, loader
from django.utils.safestring import SafeString, mark_safe
from wagtail import blocks
from wagtail.coreutils import camelcase_to_underscore

from .containment import filter_successful
from .text import without_controls
from .visible_words import VisibleWords

_GAPLESS = "font-size:0px;"


class Channel(StrEnum):
    """Where a block is rendered. Feeds, print and PDF use the web's templates."""

    WEB = "web"
    EMAIL = "email"
    TEXT = "text"

    @property
    def suffix(self) -> str:
        """Return how the names of the channel's templates end."""
        return {Channel.WEB: ".html", Channel.EMAIL: ".mjml", Channel.TEXT: ".txt"}[self]

    @property
    def engine(self) -> str:
        """Return the name of the template engine; plain text has one that escapes nothing."""
        return "text" if self is Channel.TEXT else "markup"


class ChannelBlock(VisibleWords):
    """Mix into a block: it is rendered by the template of the channel in its context."""

    def get_template(self, value: Any = None, context: Mapping[str, Any] | None = None) -> str:
        return self.channel_template(channel_of(context))

    def channel_template(self, channel: Channel) -> str:
        """Return the name of the block's template for a channel."""
        app = type(self).__module__.partition(".")[0]
        name = camelcase_to_underscore(type(self).__name__)
        return f"{app}/blocks/{channel}/{name}{channel.suffix}"

    def render(self, value: Any, context: Mapping[str, Any] | None = None) -> SafeString:
        context = dict(context or {})
        template = loader.get_template(
            self.get_template(value, context=context), using=channel_of(context).engine
        )
        return template.render(self.get_context(value, parent_context=context))

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        return [*super().check(**kwargs), *self._check_channel_templates()]

    def _check_channel_templates(self) -> list[checks.CheckMessage]:
        return [
            checks.Error(
                f"{type(self).__name__} has no template {self.channel_template(channel)!r}.",
                hint="A block needs a template for each channel.",
                obj=self,
                id="gazette.E001",
            )
            for channel in Channel
            if not _template_exists(self.channel_template(channel), channel.engine)
        ]


class ChannelStreamBlock(blocks.StreamBlock):
    """A stream whose children are rendered one after the other, with nothing around them.

    On the web a child that cannot be rendered is left out. What is emailed cannot be corrected
    afterwards: there it raises, and the digest goes out without the post.
    """

    def render_basic(self, value: Any, context: Mapping[str, Any] | None = None) -> SafeString:
        if channel_of(context) is not Channel.WEB:
            return mark_safe("\n".join(child.render(context=context) for child in value))
        parts: list[str] = []
        filter_successful(value, lambda child: parts.append(child.render(context=context)))
        return mark_safe("\n".join(parts))


def channel_of(context: Mapping[str, Any] | None) -> Channel:
    """Return the channel that a template context is rendered for; the web where it says nothing."""
    return Channel((context or {}).get("channel", Channel.WEB))


def compile_mjml(source: str) -> str:
    """Return the HTML of an MJML document. No web fonts: a mail asks no third party for anything.

    mrml refuses characters that XML does not allow, and in attributes it rewrites backslashes and
    many a combining character. So it is given plain ASCII, and the references are resolved after.
    MJML's trick against gaps between columns is left out: mrml leaves none, and filters that look
    for hidden text take everything inside it for such.
    Raises ValueError where the source is not well-formed.
    """
    source = without_controls(source).replace("\\", "&#92;")
    source = source.encode("ascii", "xmlcharrefreplace").decode()
    html = mjml.mjml2html(source, fonts={}, disable_comments=True)
    return re.sub(r"&#(\d+);", _resolved, html).replace(_GAPLESS, "")


def _resolved(reference: re.Match) -> str:
    """Return the character of a numeric reference, but leave alone those with a meaning in HTML."""
    code = int(reference[1])
    return chr(code) if code > 127 else reference[0]


def _template_exists(name: str, engine: str) -> bool:
    try:
        loader.get_template(name, using=engine)
    except TemplateDoesNotExist:
        return False
    return True
