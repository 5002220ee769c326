"""What is worth a look in a page as it is rendered: rules of ours for Wagtail's content checker.

The checker runs axe in the preview and on the site, for those who are logged in. What can be told
from a post as it is stored is found in ``content_checks``.
"""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.userbar import BaseItem, ContentCheckerItem
from wagtail.models import Page

from .models import AffiliateProgram


class RenderedChecks(ContentCheckerItem):
    """Wagtail's rules, and ours."""

    axe_run_only = [
        *ContentCheckerItem.axe_run_only,
        *("image-alt", "undescribed-picture", "affiliate-link"),
    ]
    axe_custom_checks = [
        *ContentCheckerItem.axe_custom_checks,
        {
            "id": "sponsored-link",
            "evaluate": "matches-definition-evaluate",
            "options": {"matcher": {"attributes": {"rel": "/sponsored/"}}},
        },
    ]
    axe_messages = {
        **ContentCheckerItem.axe_messages,
        "image-alt": {
            "error_name": _("Image without alternative text"),
            "help_text": _("Say what it shows, for those who do not see it"),
        },
        "undescribed-picture": {
            "error_name": _("Picture without alternative text"),
            "help_text": _("Say what it shows, for those who do not see it"),
        },
        "affiliate-link": {
            "error_name": _("Affiliate link without a label"),
            "help_text": _("Use a book from the library: it labels its links"),
        },
    }

    def get_axe_custom_rules(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Return the rules; which links are of an affiliate program, the library says."""
        return [
            *super().get_axe_custom_rules(request),
            # Pictures in figures are what is shown; covers and portraits beside names are not.
            _rule("undescribed-picture", "main figure:not(.embed) img[alt='']", "non-empty-alt"),
            _rule("affiliate-link", _affiliate_links(), "sponsored-link"),
        ]


def put_in_place(request: HttpRequest, items: list[BaseItem], page: Page | None) -> None:
    """Let the checker look with our rules, too (the hook ``construct_wagtail_userbar``)."""
    for place, item in enumerate(items):
        if isinstance(item, ContentCheckerItem):
            items[place] = RenderedChecks(in_editor=item.in_editor)


def _rule(name: str, selector: str, check: str) -> dict[str, Any]:
    return {
        "id": name,
        "impact": "serious",
        "selector": selector,
        "tags": ["best-practice"],
        "any": [check],
        "enabled": True,
    }


def _affiliate_links() -> str:
    """Return a selector of the links that carry the parameter of a program."""
    programs = AffiliateProgram.objects.exclude(parameter="").order_by("pk")
    pairs = programs.values_list("parameter", "value")
    links = [f"main a[href*='{sign}{name}={value}']" for name, value in pairs for sign in "?&"]
    return ", ".join(links) or "main a[href='']"
