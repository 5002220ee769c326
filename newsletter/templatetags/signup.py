"""The sign-up form, for pages of other apps to show."""

from typing import Any

from django import template

from ..models import Newsletter
from ..subscribing.forms import SignUpForm

register = template.Library()


@register.inclusion_tag("newsletter/partials/signup_form.html")
def signup_form(newsletter: Newsletter | None, place: str = "signup") -> dict[str, Any]:
    """Show the form of a newsletter; nothing where there is none, or it is not active.

    ``place`` begins the ids of the form's fields: it differs where a page has several forms.
    """
    if newsletter is None or not newsletter.active:
        return {"form": None}
    form = SignUpForm(newsletter=newsletter, auto_id=f"{place}-%s")
    return {"newsletter": newsletter, "form": form, "place": place}


@register.simple_tag
def newsletter_of(section: Any) -> Newsletter | None:
    """Return the first active newsletter that draws from a section."""
    return Newsletter.objects.active().filter(section=section).first()
