"""The newsletter's part of the admin: newsletters to edit, and records to look at and decide on."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from core.records import RecordViewSet

from ..models import Digest, Newsletter, Subscriber, Suppression
from .cohorts import CohortHTMLView, CohortView
from .columns import (
    CountColumn,
    NewslettersTimeColumn,
    StateColumn,
    SubscriptionsColumn,
    state_in_words,
)
from .decisions import DECISIONS
from .digests import DigestInspectView
from .doubts import DOUBT_DECISIONS
from .listings import DigestIndexView, SubscriberFilterSet, SubscriberIndexView
from .permissions import digest_policy, subscriber_policy, suppression_policy
from .retrying import RETRIES
from .subscribers import ForgetView, SubscriberInspectView
from .suppressions import LiftView, SuppressionIndexView, SuppressionInspectView
from .suppressions_filtered import LiftAllView, SuppressionFilterSet


class NewsletterViewSet(SnippetViewSet):
    """Newsletters, which pages choose as snippets."""

    model = Newsletter
    icon = "mail"
    list_display = [
        "name",
        "section",
        Column(
            "cadences",
            label=_("Cadences"),
            accessor=lambda newsletter: ", ".join(
                str(cadence.label) for cadence in newsletter.cadences
            ),
        ),
        BooleanColumn("active", label=_("Active"), sort_key="active"),
    ]
    search_backend_name = None
    search_fields = ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Newsletter]:
        return Newsletter.objects.select_related("section")


class SubscriberViewSet(RecordViewSet):
    """Subscribers, who can be forgotten."""

    model = Subscriber
    name = "newsletter_subscribers"
    url_prefix = "newsletter/subscribers"
    icon = "group"
    permission_policy = subscriber_policy
    list_display = [
        "email",
        "name",
        SubscriptionsColumn("subscriptions", label=_("Subscriptions")),
        DateColumn("created_at", label=_("Since"), sort_key="created_at"),
    ]
    search_fields = ["email", "name"]
    filterset_class = SubscriberFilterSet
    index_view_class = SubscriberIndexView
    inspect_view_class = SubscriberInspectView
    inspect_template_name = "newsletter/admin/subscriber.html"
    delete_view_class = ForgetView
    delete_template_name = "newsletter/admin/forget.html"

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("delete/<int:pk>/", self.delete_view, name="delete"),
        ]


class DigestViewSet(RecordViewSet):
    """Digests, what is decided about them, and what each of their cohorts gets."""

    model = Digest
    name = "newsletter_digests"
    url_prefix = "newsletter/digests"
    icon = "calendar-check"
    permission_policy = digest_policy
    list_display = [
        "newsletter",
        "cadence",
        NewslettersTimeColumn("until", label=_("Posts until"), sort_key="until"),
        StateColumn(wanted=Digest.State.SENT, accessor=state_in_words, sort_key="state"),
        CountColumn("sent", label=_("Sent")),
        CountColumn("failed", label=_("Failed")),
        CountColumn("in_doubt", label=_("In doubt")),
        CountColumn("waiting", label=_("Waiting")),
    ]
    list_filter = ["newsletter", "state", "cadence"]
    index_view_class = DigestIndexView
    index_results_template_name = "newsletter/admin/wide_results.html"
    inspect_view_class = DigestInspectView
    inspect_template_name = "newsletter/admin/digest.html"

    def get_urlpatterns(self) -> list[URLPattern]:
        decisions = [
            path(f"{view.name.replace('_', '-')}/<int:pk>/", view.as_view(), name=view.name)
            for view in (*DECISIONS, *DOUBT_DECISIONS, *RETRIES)
        ]
        return [
            *super().get_urlpatterns(),
            *decisions,
            path("cohorts/<int:pk>/", CohortView.as_view(), name="cohort"),
            path("cohorts/<int:pk>/html/", CohortHTMLView.as_view(), name="cohort_html"),
        ]


class SuppressionViewSet(RecordViewSet):
    """Addresses that must not be mailed, which can be lifted."""

    model = Suppression
    name = "newsletter_suppressions"
    url_prefix = "newsletter/suppressions"
    icon = "no-view"
    permission_policy = suppression_policy
    list_display = [
        "__str__",
        "reason",
        Column(
            "detail",
            label=_("What the provider said"),
            accessor=lambda suppression: Truncator(suppression.detail).chars(120),
        ),
        DateColumn("at", label=_("Since"), sort_key="at"),
    ]
    filterset_class = SuppressionFilterSet
    search_fields = ["address"]
    index_view_class = SuppressionIndexView
    index_results_template_name = "newsletter/admin/wide_results.html"
    inspect_view_class = SuppressionInspectView
    inspect_view_fields = ["address", "reason", "detail", "at", "digest"]

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_common_view_kwargs(**{**kwargs, "delete_url_name": None})

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("lift/<int:pk>/", LiftView.as_view(), name="lift"),
            path("lift-all/", LiftAllView.as_view(), name="lift_all"),
        ]


class NewsletterViewSetGroup(SnippetViewSetGroup):
    """The menu."""

    menu_label = _("Newsletter")
    menu_icon = "mail"
    menu_order = 160
    items = [NewsletterViewSet, SubscriberViewSet, DigestViewSet, SuppressionViewSet]
