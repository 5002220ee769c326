"""Validation for every form of the admin."""

from django import forms
from django.core.validators import MaxLengthValidator
from django.db import models
from wagtail.admin.forms.models import register_form_field_override
from wagtail.admin.forms.pages import CopyForm

from .text import validate_visible


class VisibleCharField(forms.CharField):
    """A line of text that is empty or contains visible characters."""

    default_validators = [validate_visible]


def register() -> None:
    """Require visible characters in all names, titles and labels of the admin's forms."""
    register_form_field_override(
        models.CharField, override={"form_class": VisibleCharField}, exact_class=True
    )


class PageCopyForm(CopyForm):
    """Validate a copy like any other page; Wagtail copies without validation."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for name, field_name in (("new_title", "title"), ("new_slug", "slug")):
            most = self.page._meta.get_field(field_name).max_length
            self.fields[name].validators.append(MaxLengthValidator(most))
        self.fields["new_title"].validators.append(validate_visible)

    def clean_new_slug(self) -> str:
        slug = self.cleaned_data["new_slug"]
        self.page.specific_class().validate_slug(slug)
        return slug
