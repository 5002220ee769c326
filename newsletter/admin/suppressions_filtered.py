"""Filter suppressions by reason, digest and date, and remove all matches at once."""

from datetime import timedelta
from typing import Any

import django_filters
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.views.generic import PermissionCheckedMixin
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.log_actions import log

from ..models import Digest, Suppression
from ..subscribing import suppressing
from .permissions import suppression_policy
from .suppressions import FILTERS

# Digests that were due within this time can be selected.
RECENT_DIGESTS = timedelta(days=90)


def recent_digests(request: HttpRequest | None) -> QuerySet[Digest]:
    """Return the digests for which an address was suppressed lately."""
    recent = Digest.objects.filter(until__gt=timezone.now() - RECENT_DIGESTS)
    return recent.exclude(suppressions=None).select_related("newsletter").distinct()


class SuppressionFilterSet(WagtailFilterSet):
    """Filter suppressions by reason, digest and date."""

    digest = django_filters.ModelChoiceFilter(label=gettext_lazy("Digest"), queryset=recent_digests)
    at = django_filters.DateFromToRangeFilter(
        label=gettext_lazy("Date"), widget=DateRangePickerWidget
    )

    class Meta:
        model = Suppression
        fields = ["reason", "digest", "at"]


class LiftAllView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Ask whether to remove all suppressions that match the filters of the list.

    Those of people who were forgotten are not among them. ``expected`` is how many the page that
    asked had named; of more it asks again.
    """

    name = "lift_all"
    permission_policy = suppression_policy
    permission_required = "delete"
    template_name = "newsletter/admin/lift_all.html"
    page_title = gettext_lazy("Remove suppressions")
    label = page_title
    logged = gettext_lazy("Suppressions removed: %(number)s")
    header_icon = "check"

    @cached_property
    def filters(self) -> SuppressionFilterSet:
        """Return the filters in the URL."""
        suppressions = Suppression.objects.filter(reason__in=suppressing.BARS)
        return SuppressionFilterSet(self.request.GET, suppressions, request=self.request)

    @property
    def chosen(self) -> dict[str, str]:
        """Return the active filters."""
        values = self.request.GET.items()
        return {name: value for name, value in values if name in FILTERS and value}

    @cached_property
    def suppressions(self) -> QuerySet[Suppression]:
        """Return the suppressions that match the filters; none if a value does not exist."""
        return (
            self.filters.qs.order_by("pk")
            if self.filters.is_valid()
            else self.filters.queryset.none()
        )

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().get(request, *args, **kwargs) if self.suppressions.exists() else self._none()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        number, first = self.suppressions.count(), self.suppressions.first()
        if first is None:
            return self._none()
        if str(number) != request.POST.get("expected"):
            messages.warning(
                request,
                _(
                    "The list has changed since you opened this page. Check the number, then "
                    "confirm again."
                ),
            )
            return redirect(request.get_full_path())
        # Not in one transaction: part by part, so that nobody waits long for the locks.
        lifted = suppressing.lift_all(self.suppressions, timezone.now())
        data = {"number": lifted, "filters": self.chosen}
        log(instance=first, action=f"newsletter.{self.name}", title=str(self.page_title), data=data)
        done = ngettext(
            "%(number)s suppression removed.", "%(number)s suppressions removed.", lifted
        )
        messages.success(request, done % {"number": lifted})
        return redirect(self.list_url)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": self.list_url, "label": capfirst(Suppression._meta.verbose_name_plural)},
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        reasons = self.suppressions.order_by("reason").values_list("reason")
        labels = dict(Suppression.Reason.choices)
        rows = reasons.annotate(number=Count("pk"))
        return super().get_context_data(
            number=self.suppressions.count(),
            reasons=[(labels[reason], number) for reason, number in rows],
            has_complaints=any(reason == "complained" for reason, _number in rows),
            is_filtered=bool(self.chosen),
            list_url=self.list_url,
            **kwargs,
        )

    @property
    def list_url(self) -> str:
        """Return the URL of the list."""
        return reverse("newsletter_suppressions:index")

    def _none(self) -> HttpResponse:
        messages.warning(
            self.request, _("Nothing was changed. The filters find no suppression to remove.")
        )
        return redirect(self.list_url)
