"""What is asked of pages, posts and disclaimers in the editor."""

from typing import Any

from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminModelForm, WagtailAdminPageForm


class BodyPageForm(WagtailAdminPageForm):
    """A draft may lack what a published page must have: it is saved while it is being written."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.is_deferred_validation:
            self.check_complete(cleaned)
        return cleaned

    def check_complete(self, cleaned: dict[str, Any]) -> None:
        """Add an error for each thing that is wanting before the page can be published."""
        if cleaned.get("lead_image") and not cleaned.get("lead_image_alt", "").strip():
            message = _("Say what the lead image shows, for those who don't see it.")
            self.add_error("lead_image_alt", message)


class PostPageForm(BodyPageForm):
    """A post has an author, too."""

    def check_complete(self, cleaned: dict[str, Any]) -> None:
        super().check_complete(cleaned)
        forms = self.formsets["bylines"].forms
        if not any(form.cleaned_data.get("author") for form in forms if not _is_deleted(form)):
            self.add_error(None, _("A post needs at least one author."))


class DisclaimerForm(WagtailAdminModelForm):
    """A disclaimer that is shown by topic needs one; else no post would ever show it."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("rule") == "topic" and not cleaned.get("topics"):
            self.add_error("topics", _("Choose the topics whose posts show it."))
        return cleaned


def _is_deleted(form: Any) -> bool:
    return not form.is_valid() or form.cleaned_data.get("DELETE", False)
