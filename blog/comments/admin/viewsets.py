"""The Comments menu: the queue of moderators, and what is known of an address."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, re_path
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import (
    BaseColumn,
    BulkActionsCheckboxColumn,
    Column,
    DateColumn,
    StatusTagColumn,
)
from wagtail.admin.views import generic
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.admin.widgets.button import Button

from core.records import RecordViewSet, StrictFilterView

from ...models import Comment
from ..discussion import address_of
from ..forms import MOST_CHARACTERS
from .decisions import DECISIONS, AnswerView, DecideView, bulk_url, comment_policy, possible
from .personal_data import PersonalDataView


class CommentIndexView(StrictFilterView):
    """Comments, those that wait first."""

    template_name = "blog/admin/comments/index.html"

    def get_base_queryset(self) -> QuerySet[Comment]:
        return super().get_base_queryset().select_related("post").waiting_first()

    @cached_property
    def columns(self) -> list[BaseColumn]:
        return [BulkActionsCheckboxColumn("bulk_actions", obj_type="comment"), *super().columns]

    def _get_title_column(self, *args: Any, **kwargs: Any) -> BaseColumn:
        """Return the first column with the id by which the checkbox of a row is described."""
        kwargs["get_title_id"] = lambda comment: f"comment_{comment.pk}_title"
        return super()._get_title_column(*args, **kwargs)

    def get_list_more_buttons(self, instance: Comment) -> list[Button]:
        here = urlencode({"next": self.request.get_full_path()}).removeprefix("next=")
        buttons = []
        if self.user_has_permission("change"):
            buttons = [
                Button(
                    decision.label,
                    url=bulk_url(decision.name, instance, here),
                    icon_name=decision.icon,
                    priority=place,
                )
                for place, decision in enumerate(possible(instance))
            ]
        return [*buttons, *super().get_list_more_buttons(instance)]


class CommentInspectView(generic.InspectView):
    """A comment as readers see it, who wrote it, and what can be decided about it."""

    page_title = _("Comment")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        comment = self.object
        may_decide = self.user_has_permission("change")
        can_answer = Comment.objects.answerable().filter(pk=comment.pk).exists()
        return super().get_context_data(
            comment=comment,
            address=address_of(comment) if comment.is_approved and comment.post.live else "",
            answers=comment.answers.order_by("created_at", "pk"),
            others=Comment.objects.by(comment.email).exclude(pk=comment.pk).count(),
            decisions=possible(comment) if may_decide else [],
            can_answer=can_answer and may_decide,
            longest=MOST_CHARACTERS,
            **kwargs,
        )


class CommentViewSet(RecordViewSet):
    """Comments, to be decided about and deleted, never to be edited: the words are the reader's."""

    model = Comment
    name = "comments_queue"
    url_prefix = "comments/queue"
    icon = "comment"
    menu_label = _("Queue")
    permission_policy = comment_policy
    list_display = [
        "writer",
        Column(
            "text",
            label=_("Text"),
            accessor=lambda comment: Truncator(comment.text).chars(160),
            classname="wrap-anywhere",
        ),
        Column("post", label=_("Post"), accessor="post.title"),
        StatusTagColumn(
            "state",
            label=_("State"),
            accessor="get_state_display",
            primary=lambda comment: comment.is_approved,
            sort_key="state",
        ),
        DateColumn("created_at", label=_("Written"), sort_key="created_at"),
    ]
    list_filter = ["state"]
    search_fields = ["name", "email", "text", "post__title"]
    index_view_class = CommentIndexView
    inspect_view_class = CommentInspectView
    inspect_template_name = "blog/admin/comments/inspect.html"
    delete_template_name = "blog/admin/comments/delete.html"

    def get_urlpatterns(self) -> list[URLPattern]:
        names = "|".join(DECISIONS)
        return [
            *super().get_urlpatterns(),
            path("delete/<int:pk>/", self.delete_view, name="delete"),
            path("answer/<int:pk>/", AnswerView.as_view(), name="answer"),
            re_path(rf"^(?P<name>{names})/(?P<pk>\d+)/$", DecideView.as_view(), name="decide"),
        ]


class PersonalDataMenuItem(MenuItem):
    """Shown to those who may delete comments."""

    def is_shown(self, request: HttpRequest) -> bool:
        return comment_policy.user_has_permission(request.user, "delete")


class PersonalDataViewSet(ViewSet):
    """What is known of an address, to be handed out or erased."""

    name = "comments_personal_data"
    url_prefix = "comments/personal-data"
    icon = "user"
    menu_label = _("Personal data")
    menu_item_class = PersonalDataMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        return [path("", PersonalDataView.as_view(), name="index")]


class CommentViewSetGroup(ModelViewSetGroup):
    """The menu."""

    menu_label = _("Comments")
    menu_icon = "comment"
    menu_order = 155
    items = (CommentViewSet, PersonalDataViewSet)
