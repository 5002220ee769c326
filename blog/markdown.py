"""A post as Markdown: what its page says, for programs that read and for those who keep texts."""

from django.template import loader
from django.utils.safestring import mark_safe
from markdownify import ATX, MarkdownConverter

from core.text import without_controls

from .models import PostPage
from .standalone import as_html


class _Converter(MarkdownConverter):
    """Sets what stands beside the text, as disclaimers do, apart as quotations are."""

    def convert_aside(self, el: object, text: str, parent_tags: set[str]) -> str:
        return self.convert_blockquote(el, text, parent_tags)

    def escape(self, text: str, parent_tags: set[str]) -> str:
        # Markdown may hold HTML, and what was text is not to become that.
        return super().escape(text, parent_tags).replace("<", "\\<")


def as_markdown(post: PostPage) -> str:
    """Return a whole post, with who wrote it, when, and where its page is."""
    context = {"page": post, "body": mark_safe(as_html(post))}
    source = loader.render_to_string("blog/pages/post_page_markdown.html", context)
    converter = _Converter(heading_style=ATX, bullets="-")
    return converter.convert(without_controls(source)).strip() + "\n"
