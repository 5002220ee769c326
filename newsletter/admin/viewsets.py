"""The newsletter's part of the admin: newsletters to edit, subscribers and digests to look at."""

from typing import Any

from django.contrib.auth import get_permission_codename
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from ..models import Digest, Newsletter, Subscriber
from .cohorts import CohortHTMLView, CohortView
from .columns import CountColumn, StateColumn, SubscriptionsColumn
from .digests import DigestInspectView
from .listings import DigestIndexView, SubscriberFilterSet, SubscriberIndexView
from .permissions import digest_policy, subscriber_policy
from .subscribers import ForgetView, SubscriberInspectView


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


class RecordViewSet(ModelViewSet):
    """What came about by itself: a list and a page for each, and no form to make or change one."""

    inspect_view_enabled = True
    copy_view_enabled = False
    add_to_reference_index = False
    search_backend_name = None

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        without = dict.fromkeys(["add_url_name", "edit_url_name", "usage_url_name"])
        return super().get_common_view_kwargs(**without, **kwargs)

    def get_permissions_to_register(self) -> QuerySet:
        actions = self.permission_policy.actions
        codenames = [get_permission_codename(action, self.model_opts) for action in actions]
        return super().get_permissions_to_register().filter(codename__in=codenames)

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("inspect/<int:pk>/", self.inspect_view, name="inspect"),
        ]


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
    """Digests, and what each of their cohorts gets."""

    model = Digest
    name = "newsletter_digests"
    url_prefix = "newsletter/digests"
    icon = "calendar-check"
    permission_policy = digest_policy
    list_display = [
        "newsletter",
        "cadence",
        "until",
        StateColumn(wanted=Digest.State.SENT, sort_key="state"),
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
        return [
            *super().get_urlpatterns(),
            path("cohorts/<int:pk>/", CohortView.as_view(), name="cohort"),
            path("cohorts/<int:pk>/html/", CohortHTMLView.as_view(), name="cohort_html"),
        ]


class NewsletterViewSetGroup(SnippetViewSetGroup):
    """The menu."""

    menu_label = _("Newsletter")
    menu_icon = "mail"
    menu_order = 160
    items = [NewsletterViewSet, SubscriberViewSet, DigestViewSet]
