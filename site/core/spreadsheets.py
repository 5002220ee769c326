"""Keep formulas out of the spreadsheets that editors download."""

import re
from typing import Any

from django.db.models import QuerySet
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from wagtail.admin.views.mixins import SpreadsheetExportMixin

# What a spreadsheet program could take for the beginning of a formula.
# Source: OWASP, CSV Injection, https://owasp.org/www-community/attacks/CSV_Injection.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")


def as_text(value: Any) -> Any:
    """Return a string, prefixed with a quote if it could be taken for a formula."""
    if isinstance(value, str) and _FORMULA.match(value):
        return f"'{value}"
    return value


def protect_exports() -> None:
    """Make each of Wagtail's views that export CSV or XLSX write text only.

    Wagtail has no setting for it, and its views of users, snippets, redirects, forms and reports,
    and those of other packages, have only their mixin in common.
    """
    preprocess = SpreadsheetExportMixin.preprocess_field_value
    head = SpreadsheetExportMixin.get_heading

    def preprocess_field_value(
        view: SpreadsheetExportMixin, field: str, value: Any, export_format: str
    ) -> Any:
        value = preprocess(view, field, value, export_format)
        if export_format == view.FORMAT_CSV:
            return as_text(value)
        # Wagtail marks strings in XLSX as such; control characters cannot be written in XML.
        return ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value

    def get_heading(view: SpreadsheetExportMixin, queryset: QuerySet, field: str) -> str:
        return as_text(ILLEGAL_CHARACTERS_RE.sub("", head(view, queryset, field)))

    SpreadsheetExportMixin.preprocess_field_value = preprocess_field_value
    SpreadsheetExportMixin.get_heading = get_heading
