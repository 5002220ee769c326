"""The form of a contact page, made of the fields that an editor has chosen."""

from typing import Any

from django import forms
from django.core.validators import URLValidator
from wagtail.contrib.forms.forms import BaseForm, FormBuilder

from core.forms import EmailAddressField
from core.guards import GuardedForm

LONGEST_TEXT = 10_000
# The guards' own fields, and the columns that stand beside the answers.
TAKEN_NAMES = {*GuardedForm.base_fields, "mailed_at", "submit_time"}


class ContactForm(GuardedForm, BaseForm):
    """A message to the publication."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "contact-%s")
        super().__init__(*args, **kwargs)

    @property
    def answers(self) -> dict[str, Any]:
        """What a visitor has filled in, without the guards' fields."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in GuardedForm.base_fields
        }


class ContactFormBuilder(FormBuilder):
    """Makes the fields: with bounds, and with the controls that browsers have for their kinds."""

    def create_multiline_field(self, field: Any, options: dict[str, Any]) -> forms.Field:
        widget = forms.Textarea(attrs={"rows": 8})
        return forms.CharField(max_length=LONGEST_TEXT, widget=widget, **options)

    def create_email_field(self, field: Any, options: dict[str, Any]) -> forms.Field:
        widget = forms.EmailInput(attrs={"autocomplete": "email"})
        return EmailAddressField(widget=widget, **options)

    def create_url_field(self, field: Any, options: dict[str, Any]) -> forms.Field:
        return forms.URLField(max_length=URLValidator.max_length, assume_scheme="https", **options)

    def create_number_field(self, field: Any, options: dict[str, Any]) -> forms.Field:
        widget = forms.NumberInput(attrs={"step": "any"})
        return forms.DecimalField(max_digits=20, widget=widget, **options)

    def create_date_field(self, field: Any, options: dict[str, Any]) -> forms.Field:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return forms.DateField(widget=widget, **options)

    def create_datetime_field(self, field: Any, options: dict[str, Any]) -> forms.Field:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        return forms.DateTimeField(widget=widget, **options)

    def create_hidden_field(self, field: Any, options: dict[str, Any]) -> forms.Field:
        return forms.CharField(max_length=255, widget=forms.HiddenInput, **options)

    def get_form_class(self) -> type[ContactForm]:
        return type("ContactForm", (ContactForm,), self.formfields)
