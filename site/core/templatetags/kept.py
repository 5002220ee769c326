"""Parts of pages that are the same on many of them."""

from collections.abc import Sequence

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.utils.translation import get_language

from core.page_cache.memory import kept_in_memory

register = template.Library()


class KeptNode(template.Node):
    """A part of a page, kept in memory under what it depends on."""

    def __init__(self, nodelist: NodeList, parts: Sequence[FilterExpression]) -> None:
        self.nodelist = nodelist
        self.parts = parts

    def render(self, context: template.Context) -> str:
        request = context.get("request")
        if not request:
            return self.nodelist.render(context)
        key = (get_language(), *(part.resolve(context) for part in self.parts))
        return kept_in_memory(request, key, lambda: self.nodelist.render(context))


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """Keep a part until anything changes: ``{% kept "name" … %}…{% endkept %}``.

    It may depend on the language and on what follows its name, and on nothing else.
    """
    parts = [parser.compile_filter(bit) for bit in token.split_contents()[1:]]
    nodelist = parser.parse(["endkept"])
    parser.delete_first_token()
    return KeptNode(nodelist, parts)
