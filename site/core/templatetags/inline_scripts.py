"""``{% widget_start %}``: start a widget or panel of Wagtail without an inline script."""

import json

from django import template
from django.utils.safestring import SafeString

from .. import inline_scripts

register = template.Library()


@register.simple_tag
def widget_start(function: str, options_json: str, element_id: str = "") -> SafeString:
    """Render the element that starts a widget or panel; the options are already JSON."""
    before = [element_id] if element_id else []
    return inline_scripts.widget_start(function, *before, json.loads(options_json))
