"""Whom a delivery goes to, as far as somebody may see it."""

from typing import Any

from django.utils.translation import gettext as _
from wagtail.admin.ui.tables import BaseColumn

from ..models import Delivery


def name_of(delivery: Delivery, with_addresses: bool) -> str:
    """Return the address that a delivery goes to, or its number where addresses are not shown."""
    if with_addresses:
        return delivery.subscription.subscriber.email
    return _("mail %(number)s") % {"number": delivery.pk}


class RecipientColumn(BaseColumn):
    """Whom a delivery goes to, with a link to what is known of them, and below it what went wrong.

    In one cell, so that neither is squeezed on a phone.
    """

    cell_template_name = "newsletter/admin/recipient_cell.html"

    def __init__(self, with_addresses: bool) -> None:
        super().__init__("recipient", label=_("To, and what went wrong"))
        self.with_addresses = with_addresses

    def get_cell_context_data(self, instance: Delivery, parent_context: Any) -> dict[str, Any]:
        context = super().get_cell_context_data(instance, parent_context)
        return {**context, "name": name_of(instance, self.with_addresses)}


class ChooseColumn(BaseColumn):
    """A box to choose a delivery by."""

    cell_template_name = "newsletter/admin/choose_cell.html"

    def __init__(self, with_addresses: bool) -> None:
        super().__init__("delivery", label=_("Choose"), width="8%")
        self.with_addresses = with_addresses

    def get_cell_context_data(self, instance: Delivery, parent_context: Any) -> dict[str, Any]:
        context = super().get_cell_context_data(instance, parent_context)
        return {**context, "name": name_of(instance, self.with_addresses)}
