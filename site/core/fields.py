from typing import Any

from django import forms
from django.db import models


class WebAddressField(models.URLField):
    """An address of the web, of which https:// is taken for granted where nobody wrote a scheme."""

    def formfield(self, **kwargs: Any) -> forms.Field:
        return super().formfield(**{"assume_scheme": "https", **kwargs})

    def deconstruct(self) -> tuple[str, str, list, dict]:
        # For the database, it is Django's.
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.URLField", args, kwargs
