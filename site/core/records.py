"""Records in the admin: what came about by itself, to look at and to decide on, not to edit."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_permission_codename, get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Model, QuerySet
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.admin.admin_url_finder import ModelAdminURLFinder
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import ModelPermissionPolicy


class LimitedPolicy(ModelPermissionPolicy):
    """The permissions that somebody was given, less those that nobody has here, superusers too."""

    def __init__(self, model: type[Model], actions: Iterable[str]) -> None:
        super().__init__(model)
        self.actions = frozenset(actions)

    def user_has_permission(self, user: AbstractBaseUser, action: str) -> bool:
        return action in self.actions and super().user_has_permission(user, action)

    def users_with_any_permission(self, actions: Iterable[str]) -> QuerySet:
        possible = self.actions.intersection(actions)
        if not possible:
            return get_user_model().objects.none()
        return super().users_with_any_permission(possible)

    def lets_in(self, user: AbstractBaseUser) -> bool:
        """Return whether a user may look at the list and what is in it."""
        return self.user_has_any_permission(user, self.actions)


class StrictFilterView(generic.IndexView):
    """A list in which a filter value that does not exist finds nothing, and is said to.

    Wagtail's own would list everything, as if it had been asked for everything.
    """

    @property
    def has_bad_filter(self) -> bool:
        """Whether a filter was given a value that does not exist."""
        return bool(self.filters) and not self.filters.is_valid()

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        return queryset.none() if self.has_bad_filter else super().filter_queryset(queryset)

    @cached_property
    def no_results_message(self) -> str:
        if self.has_bad_filter:
            return _("A filter has a value that does not exist. Choose another one.")
        return super().no_results_message


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

    @property
    def url_finder_class(self) -> type[ModelAdminURLFinder]:
        """What leads to a record from elsewhere in the admin: to its page, for it has no form."""
        policy, page = self.permission_policy, self.get_url_name("inspect")

        class RecordURLFinder(ModelAdminURLFinder):
            def get_edit_url(self, instance: Model) -> str | None:
                if self.user and not policy.lets_in(self.user):
                    return None
                return reverse(page, args=[instance.pk])

        return RecordURLFinder

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("inspect/<int:pk>/", self.inspect_view, name="inspect"),
        ]
