"""Who may do what in the admin, where some things are not for anybody to do."""

from collections.abc import Iterable

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Model, QuerySet
from wagtail.permissions import ModelPermissionPolicy

from ..models import Digest, Subscriber, Suppression


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


# Nobody but the person agrees to get mail, so subscribers are neither added nor edited here.
subscriber_policy = LimitedPolicy(Subscriber, ["view", "delete"])
# What was sent was sent; "change" is to decide whether and how a digest goes on.
digest_policy = LimitedPolicy(Digest, ["view", "change"])
# Suppressions come from mail providers; "delete" is to lift one.
suppression_policy = LimitedPolicy(Suppression, ["view", "delete"])
