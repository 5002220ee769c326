"""What the admin does beside Wagtail's own: rich text, phones, nothing deleted that is in use."""

from django.templatetags.static import static
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.rich_text.converters.html_to_contentstate import InlineStyleElementHandler
from wagtail.admin.rich_text.editors.draftail.features import InlineStyleFeature
from wagtail.admin.views.account import AvatarSettingsPanel
from wagtail.rich_text.feature_registry import FeatureRegistry

from . import deletions, moderation, rich_text_links
from .images import CheckedAvatarForm
from .outbox.admin import OutgoingEmailViewSet

# Wagtail has no setting for these.
AvatarSettingsPanel.form_class = CheckedAvatarForm
AvatarSettingsPanel.template_name = "core/account/avatar.html"

hooks.register("register_rich_text_features", rich_text_links.register, order=1)
hooks.register("register_admin_viewset", OutgoingEmailViewSet)
hooks.register("before_edit_page", moderation.save_if_finished)
hooks.register("before_delete_snippet", deletions.refuse_if_in_use)
# The later of two bulk actions with one name counts.
hooks.register("register_bulk_action", deletions.DeleteImages, order=1)
hooks.register("register_bulk_action", deletions.DeleteDocuments, order=1)


@hooks.register("insert_global_admin_css")
def style_narrow_windows() -> str:
    """Let lists be moved sideways on a phone, where Wagtail cuts them off."""
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin/narrow.css"))


@hooks.register("insert_global_admin_js")
def start_widgets() -> str:
    """Start the widgets of forms, in place of Wagtail's inline scripts."""
    return format_html('<script src="{}"></script>', static("js/admin/widgets.js"))


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


# Wagtail calls no hook before it deletes one image or document; the first of two addresses counts.
@hooks.register("register_admin_urls", order=-1)
def register_deletions() -> list[URLPattern]:
    """Delete images and documents by views that refuse what is in use."""
    return [
        path("images/<int:image_id>/delete/", deletions.DeleteImageView.as_view()),
        path("images/multiple/<int:image_id>/delete/", deletions.DeleteUploadedImageView.as_view()),
        path("documents/delete/<int:document_id>/", deletions.DeleteDocumentView.as_view()),
        path(
            "documents/multiple/<int:doc_id>/delete/",
            deletions.DeleteUploadedDocumentView.as_view(),
        ),
    ]
