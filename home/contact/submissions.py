"""The messages of a contact page, listed and exported."""

from wagtail.contrib.forms.views import SubmissionsListView

from core.spreadsheets import WordsInSpreadsheets


class SubmissionsView(WordsInSpreadsheets, SubmissionsListView):
    """A list whose export holds words alone, whatever a stranger has written."""
