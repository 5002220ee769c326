"""Public forms: limited in size before they are parsed, with normalised email addresses."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from .addresses import MAX_LENGTH, normalize_address

# Raw text may be longer than its cleaned value: surrounding spaces, two-character line ends.
MIN_RAW_LENGTH = 1_000
MAX_CHOICES = 500


class EmailAddressField(forms.EmailField):
    """An email address that can be delivered to, in the form in which it is stored."""

    default_validators: list[Any] = []

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", MAX_LENGTH)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        value = super().clean(value)
        return normalize_address(value) if value else value


class BoundedForm(forms.Form):
    """A form that refuses overlong raw values before any field parses or validates them.

    Django runs the validators of a field even where ``max_length`` is exceeded, so that without
    this a slow one could be fed any amount of text.
    """

    def full_clean(self) -> None:
        fields, oversized = self.fields, self._find_oversized() if self.is_bound else {}
        self.fields = {name: field for name, field in fields.items() if name not in oversized}
        super().full_clean()
        self.fields = fields
        for name, error in oversized.items():
            self.add_error(name, error)

    def _find_oversized(self) -> dict[str, ValidationError]:
        """Return an error for each field whose raw value is longer than any valid value."""
        errors = {}
        for name, field in self.fields.items():
            try:
                refuse_oversized(self[name].data, getattr(field, "max_length", None))
            except ValidationError as error:
                errors[name] = error
        return errors


def refuse_oversized(raw: Any, max_length: int | None) -> None:
    """Raise ValidationError if a raw value has far more text or choices than a field takes."""
    raw_limit = max(2 * (max_length or 0), MIN_RAW_LENGTH)
    values = raw if isinstance(raw, list) else [raw]
    if len(values) > MAX_CHOICES:
        raise ValidationError(_("Too many values are selected. Choose fewer."), code="too_many")
    for value in values:
        if isinstance(value, str) and len(value) > raw_limit:
            MaxLengthValidator(max_length or raw_limit)(value)
