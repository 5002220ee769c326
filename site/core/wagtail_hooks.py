"""What the editor of rich text can do beside Wagtail's own."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.rich_text.converters.html_to_contentstate import InlineStyleElementHandler
from wagtail.admin.rich_text.editors.draftail.features import InlineStyleFeature
from wagtail.rich_text.feature_registry import FeatureRegistry


@hooks.register("register_rich_text_features")
def register_highlight(features: FeatureRegistry) -> None:
    """Let words be highlighted; Draft.js has no style of that name, so it brings its look."""
    style = {"type": "MARK", "icon": "edit", "description": str(_("Highlight"))}
    look = {"style": {"backgroundColor": "#ffe9a8", "color": "#1a1f24"}}
    features.register_editor_plugin("draftail", "highlight", InlineStyleFeature(style | look))
    features.register_converter_rule(
        "contentstate",
        "highlight",
        {
            "from_database_format": {"mark": InlineStyleElementHandler("MARK")},
            "to_database_format": {"style_map": {"MARK": "mark"}},
        },
    )
