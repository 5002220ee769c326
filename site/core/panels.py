"""What the editor of every page is shown beside its fields."""

from collections.abc import Mapping
from typing import Any

from wagtail.admin.panels import Panel


class SharingPanel(Panel):
    """How the page looks among search results, and where it is shared; it follows the fields."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "core/admin/sharing_panel.html"

        class Media:
            js = ["js/admin/sharing.js"]
            css = {"all": ["css/admin/sharing.css"]}

        def get_context_data(
            self, parent_context: Mapping[str, Any] | None = None
        ) -> dict[str, Any]:
            from .models import SiteSettings

            return {
                **super().get_context_data(parent_context),
                "brand": SiteSettings.for_request(self.request),
                "page": self.instance,
                "host": self.request.get_host(),
            }
