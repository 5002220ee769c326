"""Start the widgets of Wagtail's forms without inline scripts, which the admin's policy forbids.

Wagtail writes a call beside a widget, as ``<script>new PageChooser("id", {…});</script>``. Here the
call becomes data, which ``js/admin/widgets.js`` carries out for the few functions that it knows.
"""

import json
import re
from functools import wraps
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from wagtail.admin.widgets import BaseChooser

_CALL = re.compile(r"<script>(?:new )?(\w+)\((.*?)\);</script>", re.DOTALL)
# As in Django's json_script: what would end the element, or begin another.
_ESCAPES = {ord(character): f"\\u{ord(character):04X}" for character in "<>&"}


def widget_start(function: str, *arguments: Any) -> SafeString:
    """Return the element that starts a widget, with ``new`` if it is a class."""
    return format_html(
        '<script type="application/json" data-controller="widget-start"'
        ' data-widget-start-function-value="{}">{}</script>',
        function,
        mark_safe(json.dumps(arguments).translate(_ESCAPES)),
    )


def replace_inline_scripts() -> None:
    """Make Wagtail's choosers write data instead of an inline script.

    For dates and panels, templates of the same names as Wagtail's do it.
    """
    render = BaseChooser.render

    @wraps(render)
    def rendered(chooser: BaseChooser, *args: Any, **kwargs: Any) -> SafeString:
        return mark_safe(_CALL.sub(_as_data, render(chooser, *args, **kwargs)))

    BaseChooser.render = rendered


def _as_data(call: re.Match[str]) -> str:
    function, arguments = call.groups()
    return widget_start(function, *json.loads(f"[{arguments}]"))
