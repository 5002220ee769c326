"""Spreadsheets hold words alone, whatever a stranger has written."""

from typing import Any

from wagtail.admin.views.mixins import SpreadsheetExportMixin

# What a spreadsheet program could take for the beginning of a formula.
# Source: OWASP, CSV Injection, https://owasp.org/www-community/attacks/CSV_Injection.
_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class WordsInSpreadsheets(SpreadsheetExportMixin):
    """A view whose CSV gives a quote to what looks like a formula; XLSX marks words as such."""

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        value = super().preprocess_field_value(field, value, export_format)
        is_csv = export_format == self.FORMAT_CSV
        if is_csv and isinstance(value, str) and value.startswith(_FORMULA_BEGINS):
            return f"'{value}"
        return value
