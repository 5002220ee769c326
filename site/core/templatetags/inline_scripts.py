"""``{% widget_start %}``: have a widget or panel of Wagtail started without an inline script."""

import json

from django import template
from django.utils.safestring import SafeString

from .. import inline_scripts

register = template.Library()


@register.simple_tag
def widget_start(function: str, options_json: str, element_id: str = "") -> SafeString:
    """Write the element that has a widget or panel started, with options that are JSON already."""
    before = [element_id] if element_id else []
    return inline_scripts.widget_start(function, *before, json.loads(options_json))
