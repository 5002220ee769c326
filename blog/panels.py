"""What the editor of a post is told beside its fields."""

from collections.abc import Mapping
from typing import Any

from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.panels import Panel

from .content_checks import findings


class DisclosuresPanel(Panel):
    """Which disclaimers the post owes as it was last saved, why, and where they stand."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "blog/admin/disclosures_panel.html"

        def get_context_data(
            self, parent_context: Mapping[str, Any] | None = None
        ) -> dict[str, Any]:
            edit_url = AdminURLFinder(self.request.user).get_edit_url
            return {
                **super().get_context_data(parent_context),
                "disclosures": [
                    (it, place, why, edit_url(it)) for it, place, why in self.instance.disclosures
                ],
            }


class ContentChecksPanel(Panel):
    """What to look at before the post is published, as it was last saved."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "blog/admin/content_checks_panel.html"

        def get_context_data(
            self, parent_context: Mapping[str, Any] | None = None
        ) -> dict[str, Any]:
            return {
                **super().get_context_data(parent_context),
                "is_saved": self.instance.pk is not None,
                "findings": findings(self.instance),
            }
