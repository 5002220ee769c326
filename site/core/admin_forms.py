"""What holds in every form of the admin."""

from django import forms
from django.core.validators import MaxLengthValidator
from django.db import models
from wagtail.admin.forms.models import register_form_field_override
from wagtail.admin.forms.pages import CopyForm

from .text import validate_visible


class VisibleCharField(forms.CharField):
    """A line of text: it is empty, or holds something that readers can see."""

    default_validators = [validate_visible]


def register() -> None:
    """Have all names, titles and labels in the admin's forms hold something visible."""
    register_form_field_override(
        models.CharField, override={"form_class": VisibleCharField}, exact_class=True
    )


class PageCopyForm(CopyForm):
    """Asks of a copy what is asked of every page; Wagtail copies without validation."""

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
