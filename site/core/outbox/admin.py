"""The read-only list of outgoing emails in the admin."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, DateColumn

from ..models import OutgoingEmail
from ..records import LimitedPolicy, RecordViewSet

outgoing_email_policy = LimitedPolicy(OutgoingEmail, ["view"])


class OutgoingEmailViewSet(RecordViewSet):
    """Outgoing emails, with the mail server's reply for those that were not sent."""

    model = OutgoingEmail
    name = "outgoing_emails"
    url_prefix = "outgoing-emails"
    icon = "mail"
    menu_label = _("Outgoing emails")
    add_to_settings_menu = True
    permission_policy = outgoing_email_policy
    list_display = [
        "recipient",
        Column("kind_label", label=_("Kind")),
        "subject",
        Column("get_state_display", label=_("Status"), sort_key="state"),
        DateColumn("created_at", label=_("Created"), sort_key="created_at"),
        Column("error", label=_("Error"), classname="wrap-anywhere"),
    ]
    list_filter = ["state", "kind"]
    search_fields = ["recipient", "subject"]
    inspect_view_fields = [
        *("recipient", "kind_label", "subject", "state", "attempts", "created_at"),
        *("next_attempt_at", "finished_at", "error_code", "error"),
    ]
