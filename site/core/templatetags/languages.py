"""What is shown, in the other languages of the site."""

from collections.abc import Mapping
from typing import Any

from django import template

from core import languages

register = template.Library()


@register.simple_tag(takes_context=True)
def language_versions(context: Mapping[str, Any]) -> list[languages.Version]:
    """Return the versions of what is shown, itself among them; none where there is no other."""
    versions = languages.versions_of(context.get("request"), context.get("page"))
    return versions if len(versions) > 1 else []
