from typing import Any

from django import forms
from django.db import models

from .addresses import canonical_address, normalize_address
from .forms import EmailAddressField as EmailAddressFormField


class WebAddressField(models.URLField):
    """An address of the web, of which https:// is taken for granted where nobody wrote a scheme."""

    def formfield(self, **kwargs: Any) -> forms.Field:
        return super().formfield(**{"assume_scheme": "https", **kwargs})

    def deconstruct(self) -> tuple[str, str, list, dict]:
        # For the database, it is Django's.
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.URLField", args, kwargs


class EmailAddressField(models.EmailField):
    """An email address, stored and looked up in its canonical form: see ``core.addresses``.

    Forms and ``full_clean`` refuse undeliverable addresses.
    """

    default_validators = [normalize_address]

    def pre_save(self, model_instance: models.Model, add: bool) -> str | None:
        value = self.get_prep_value(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return canonical_address(value) if isinstance(value, str) else value

    def formfield(self, **kwargs: Any) -> forms.Field:
        return super().formfield(**{"form_class": EmailAddressFormField, **kwargs})

    def deconstruct(self) -> tuple[str, str, list, dict]:
        # For the database, it is Django's.
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.EmailField", args, kwargs
