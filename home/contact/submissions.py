"""The messages of a contact page, listed and exported."""

from typing import Any

from wagtail.contrib.forms.views import SubmissionsListView

# What a spreadsheet program could take for the beginning of a formula.
# Source: OWASP, CSV Injection, https://owasp.org/www-community/attacks/CSV_Injection.
_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class SubmissionsView(SubmissionsListView):
    """A list whose export holds words alone, whatever a stranger has written."""

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        """Return a value for a spreadsheet; in CSV, one that looks like a formula gets a quote.

        XLSX marks words as such, and needs none.
        """
        value = super().preprocess_field_value(field, value, export_format)
        is_csv = export_format == self.FORMAT_CSV
        if is_csv and isinstance(value, str) and value.startswith(_FORMULA_BEGINS):
            return f"'{value}"
        return value
