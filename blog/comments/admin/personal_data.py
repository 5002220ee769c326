"""The page where all comments of an address are found, handed out, or erased."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic import PermissionCheckedMixin
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from ...models import Comment
from .. import personal_data
from .decisions import comment_policy


class AddressForm(forms.Form):
    """The address of whoever asks; it is posted, so that no address stands in a server's log."""

    address = forms.EmailField(label=_("Email address"), max_length=254)


class PersonalDataView(PermissionCheckedMixin, WagtailAdminTemplateMixin, FormView):
    """Find the comments of an address; then download or erase them."""

    permission_policy = comment_policy
    permission_required = "delete"
    template_name = "blog/admin/comments/personal_data.html"
    form_class = AddressForm
    page_title = _("Personal data")
    header_icon = "user"
    http_method_names = ["get", "head", "post"]

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def form_valid(self, form: AddressForm) -> HttpResponse:
        address = form.cleaned_data["address"]
        match self.request.POST.get("do"):
            case "download":
                return _download(address)
            case "erase":
                return _erase(self.request, address)
        number = Comment.objects.by(address).count()
        context = self.get_context_data(form=form, address=address, number=number)
        return self.render_to_response(context)


def _download(address: str) -> HttpResponse:
    return JsonResponse(
        personal_data.export(address),
        safe=False,
        json_dumps_params={"indent": 2, "ensure_ascii": False},
        headers={"Content-Disposition": 'attachment; filename="comments.json"'},
    )


def _erase(request: HttpRequest, address: str) -> HttpResponse:
    number = personal_data.erase(address, timezone.now())
    words = ngettext("%(number)s comment was erased.", "%(number)s comments were erased.", number)
    messages.success(request, words % {"number": number})
    return redirect("comments_personal_data:index")
