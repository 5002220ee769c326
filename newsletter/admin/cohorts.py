"""What the subscribers of a cohort get, shown with examples for what differs between them."""

import logging
from typing import Any

from django.db.models import QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.generic import TemplateView, View
from wagtail.admin.views.generic import PermissionCheckedMixin
from wagtail.admin.views.generic.base import BaseObjectMixin, WagtailAdminTemplateMixin

from ..digests.rendering import preview
from ..models import Batch, Cohort
from ..sending.messages import greeting
from .permissions import digest_policy

logger = logging.getLogger(__name__)

# Nothing of a mail runs in the admin; its links open in a tab of their own. (W3C CSP Level 3.)
SANDBOX = "sandbox allow-popups allow-popups-to-escape-sandbox"


class CohortMixin(PermissionCheckedMixin, BaseObjectMixin):
    """A view of one cohort, for those who may see digests."""

    model = Cohort
    permission_policy = digest_policy
    any_permission_required = ["view", "change"]

    def get_base_object_queryset(self) -> QuerySet[Cohort]:
        return Cohort.objects.select_related("digest__newsletter")


class CohortView(CohortMixin, WagtailAdminTemplateMixin, TemplateView):
    """A cohort's mail, at two widths and as plain text."""

    template_name = "newsletter/admin/cohort.html"
    page_title = gettext_lazy("Version")
    header_icon = "mail"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            cohort=self.object,
            size=Batch.objects.filter(cohort=self.object).aggregate(size=Sum("size"))["size"] or 0,
            **self._content(),
            **kwargs,
        )

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        digest = self.object.digest
        return [
            *self.breadcrumbs_items,
            {
                "url": reverse("newsletter_digests:index"),
                "label": capfirst(digest._meta.verbose_name_plural),
            },
            {
                "url": reverse("newsletter_digests:inspect", args=[digest.pk]),
                "label": str(digest),
            },
            {"url": "", "label": self.page_title},
        ]

    def _content(self) -> dict[str, Any]:
        """Return the mail, or why it cannot be rendered: whoever looks is to mend it."""
        try:
            return {"mail": preview(self.object, example_values())}
        except Exception as error:
            logger.exception("Cohort %s cannot be rendered", self.object.pk)
            return {"mail": None, "error": str(error)}


@method_decorator(xframe_options_sameorigin, name="dispatch")
class CohortHTMLView(CohortMixin, View):
    """The HTML of a cohort's mail alone, for a frame in which nothing can run."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        mail = preview(self.object, example_values())
        if mail is None:
            raise Http404("None of its posts may be mailed any more.")
        return HttpResponse(mail.html, headers={"Content-Security-Policy": SANDBOX})


def example_values() -> dict[str, str]:
    """Return what stands in a preview for what differs between subscribers."""
    return {
        "greeting": greeting(_("[name]")),
        "leave_url": "https://example.com/example-link-to-leave",
        "preferences_url": "https://example.com/example-link-to-preferences",
    }
