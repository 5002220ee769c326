"""Addresses that must not be mailed: found again by their hash, looked at, and lifted."""

from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.forms.search import SearchForm
from wagtail.admin.views import generic
from wagtail.admin.views.generic import PermissionCheckedMixin
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton
from wagtail.log_actions import log

from core.records import StrictFilterView

from ..models import Suppression
from ..subscribing import suppressing
from .permissions import suppression_policy

# The parameters by which the list is filtered.
FILTERS = ("reason", "digest", "at_from", "at_to")


class SuppressionIndexView(StrictFilterView):
    """Suppressed addresses. One is found by the whole of it, also where only its hash is kept."""

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        """Return a button that removes all suppressions that match the filters."""
        if not self.user_has_permission("delete"):
            return []
        chosen = {name: value for name, value in self.request.GET.items() if name in FILTERS}
        url = f"{reverse('newsletter_suppressions:lift_all')}?{urlencode(chosen)}"
        return [HeaderButton(_("Remove suppressions"), url, icon_name="check")]

    def get_search_form(self) -> SearchForm:
        data = self.request.GET if self.search_kwarg in self.request.GET else None
        return SearchForm(data, placeholder=_("The whole address…"))

    def search_queryset(self, queryset: QuerySet[Suppression]) -> QuerySet[Suppression]:
        if not self.is_searching:
            return queryset
        return queryset.filter(key=Suppression.key_of(self.search_query))

    @cached_property
    def no_results_message(self) -> str:
        if self.is_searching and not self.has_bad_filter:
            return _("This address is not suppressed. Give the whole address, not a part.")
        return super().no_results_message


class SuppressionInspectView(generic.InspectView):
    """Why an address is suppressed."""

    page_title = gettext_lazy("Suppressed address")
    header_more_buttons: list[Any] = []

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        if not self.user_has_permission("delete"):
            return []
        return [HeaderButton(LiftView.page_title, LiftView.url_for(self.object), icon_name="check")]


class LiftView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Ask whether an address may be mailed again, and lift its suppression."""

    permission_policy = suppression_policy
    permission_required = "delete"
    template_name = "newsletter/admin/lift.html"
    page_title = gettext_lazy("Lift")
    logged = gettext_lazy("Suppression lifted")
    header_icon = "check"

    @classmethod
    def url_for(cls, suppression: Suppression) -> str:
        """Return the address of the page that asks about a suppression."""
        return reverse("newsletter_suppressions:lift", args=[suppression.pk])

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.suppression = Suppression.objects.filter(pk=kwargs["pk"]).first()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.suppression is None:
            return self._nothing_done()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.suppression is None or not self._lift(self.suppression):
            return self._nothing_done()
        words = _("The suppression of %(address)s is lifted.") % {"address": self.suppression}
        messages.success(request, words)
        return redirect("newsletter_suppressions:index")

    def get_page_subtitle(self) -> str:
        return str(self.suppression)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {
                "url": reverse("newsletter_suppressions:index"),
                "label": capfirst(Suppression._meta.verbose_name_plural),
            },
            {"url": self.suppression_url, "label": str(self.suppression)},
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            suppression=self.suppression, suppression_url=self.suppression_url, **kwargs
        )

    @property
    def suppression_url(self) -> str:
        """The address of the suppression's own page."""
        return reverse("newsletter_suppressions:inspect", args=[self.suppression.pk])

    def _lift(self, suppression: Suppression) -> bool:
        """Lift, and log it without the address: people who are forgotten are so by the log too."""
        number = _("suppression %(number)s") % {"number": suppression.pk}
        with transaction.atomic():
            is_lifted = suppressing.lift(suppression, timezone.now())
            if is_lifted:
                log(instance=suppression, action="newsletter.lift", title=number)
        return is_lifted

    def _nothing_done(self) -> HttpResponse:
        messages.warning(self.request, _("Nothing was changed. It is not suppressed any more."))
        return redirect("newsletter_suppressions:index")
