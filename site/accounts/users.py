"""Show and reset the security of a user's account, for administrators."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin.utils import get_user_display_name
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import Button
from wagtail.log_actions import log
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.users.views import users as wagtail_users

from .events import UNLOCKED
from .factors import reset_factors
from .lockout import recent_failures, unlock
from .verification import factors_of, is_required


def can_manage_security(manager: AbstractBaseUser, user: AbstractBaseUser) -> bool:
    """Return whether a user may reset another user's factors and unlock the account.

    Only administrators may of administrators: who lacks their permissions must not gain them. One's
    own factors are changed on the user's own page.
    """
    may_change = ModelPermissionPolicy(type(user)).user_has_permission(manager, "change")
    return may_change and manager != user and (manager.is_superuser or not user.is_superuser)


@method_decorator(reauthentication_required(app="allauth.mfa"), name="dispatch")
class UserSecurityView(WagtailAdminTemplateMixin, TemplateView):
    """The second factors of a user, and failed logins; both can be reset."""

    template_name = "accounts/user_security.html"
    header_icon = "lock"

    def setup(self, request: HttpRequest, pk: int, **kwargs: object) -> None:
        super().setup(request, pk=pk, **kwargs)
        self.user = get_object_or_404(get_user_model(), pk=pk)

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not can_manage_security(request.user, self.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if "reset" in request.POST:
            reset_factors(self.user, request)
            messages.success(request, _("Two-factor authentication was reset."))
        elif "unlock" in request.POST:
            unlock(self.user)
            log(self.user, UNLOCKED)
            messages.success(request, _("The account was unlocked."))
        return redirect(request.path)

    def get_page_title(self) -> str:
        return _("Security of %(user)s") % {"user": get_user_display_name(self.user)}

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("wagtailusers_users:index"), "label": _("Users")},
            {
                "url": reverse("wagtailusers_users:edit", args=[self.user.pk]),
                "label": get_user_display_name(self.user),
            },
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "factors": list(factors_of(self.user)),
            "is_required": is_required(self.user),
            "failures": recent_failures(self.user),
        }


class UserEditView(wagtail_users.EditView):
    """Wagtail's page of a user, with a link to the security of the account."""

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        buttons = super().header_more_buttons
        if can_manage_security(self.request.user, self.object):
            url = reverse("user_security", args=[self.object.pk])
            buttons.append(Button(_("Security"), url=url, icon_name="lock", priority=30))
        return buttons


class UserViewSet(wagtail_users.UserViewSet):
    """Wagtail's users, with the security of their accounts."""

    edit_view_class = UserEditView


def urlpatterns() -> list[URLPattern]:
    """Return the addresses of these views within the admin."""
    return [path("users/<int:pk>/security/", UserSecurityView.as_view(), name="user_security")]
