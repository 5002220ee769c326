"""What is in use is not deleted; whoever tries is told where it is used."""

from collections.abc import Sequence

from django.db.models import Model
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.documents import get_document_model
from wagtail.documents.views import documents
from wagtail.documents.views import multiple as many_documents
from wagtail.documents.views.bulk_actions import DeleteBulkAction as DeleteManyDocuments
from wagtail.images import get_image_model
from wagtail.images.views import images
from wagtail.images.views import multiple as many_images
from wagtail.images.views.bulk_actions import DeleteBulkAction as DeleteManyImages

from .uses import Use, fetched, uses_of

MOST_SHOWN = 50


def refuse_if_in_use(request: HttpRequest, objects: Sequence[Model]) -> HttpResponse | None:
    """Answer a request to delete objects of one kind with their uses; None where there are none.

    The status is 409 (RFC 9110, 15.5.10): it can be asked again once the uses are gone.
    """
    uses = uses_of(objects) if objects else []
    if not uses:
        return None
    context = {
        "page_title": _("In use"),
        "header_icon": "warning",
        "objects": objects,
        "uses": _described(uses[:MOST_SHOWN], AdminURLFinder(request.user)),
        "more": max(0, len(uses) - MOST_SHOWN),
        "back_url": get_valid_next_url_from_request(request) or _list_url(objects[0]),
    }
    return TemplateResponse(request, "core/admin/in_use.html", context, status=409)


class _RefusedInUse:
    """A view that deletes one object, with a hook of its own as Wagtail gives snippets one."""

    def run_before_hook(self) -> HttpResponse | None:
        return refuse_if_in_use(self.request, [self.object])


class DeleteImageView(_RefusedInUse, images.DeleteView):
    """Delete an image that is not in use."""


class DeleteDocumentView(_RefusedInUse, documents.DeleteView):
    """Delete a document that is not in use."""


class _ManyRefusedInUse:
    """A bulk action that deletes objects none of which is in use, and asks only then."""

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        chosen, _others = self.get_actionable_objects()
        return refuse_if_in_use(request, chosen) or super().get(request, *args, **kwargs)

    def prepare_action(self, objects: Sequence[Model], others: object) -> HttpResponse | None:
        return refuse_if_in_use(self.request, objects)


class DeleteImages(_ManyRefusedInUse, DeleteManyImages):
    """Delete images that are not in use."""


class DeleteDocuments(_ManyRefusedInUse, DeleteManyDocuments):
    """Delete documents that are not in use."""


class _RefusedInUseAfterUpload:
    """A view that deletes what was just uploaded, and may be in use all the same."""

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> JsonResponse:
        self.model = self.get_model()  # By which some releases of Wagtail find the policy.
        chosen = get_object_or_404(self.model, pk=kwargs[self.pk_url_kwarg])
        may = self.permission_policy.user_has_permission_for_instance
        if may(request.user, "delete", chosen) and uses_of([chosen]):
            words = _("It is in use, so it cannot be deleted.")
            return JsonResponse({"success": False, "error_message": words}, status=409)
        return super().post(request, *args, **kwargs)


class DeleteUploadedImageView(_RefusedInUseAfterUpload, many_images.DeleteView):
    """Delete an image after it was uploaded with others."""


class DeleteUploadedDocumentView(_RefusedInUseAfterUpload, many_documents.DeleteView):
    """Delete a document after it was uploaded with others."""


def _described(uses: Sequence[Use], finder: AdminURLFinder) -> list[dict[str, object]]:
    """Say what uses what. Of what somebody may not edit they learn the kind alone."""
    users, used = fetched(use.user for use in uses), fetched(use.used for use in uses)
    return [_describe(users[use.user], finder) | {"used": used[use.used]} for use in uses]


def _describe(user: Model, finder: AdminURLFinder) -> dict[str, object]:
    url = finder.get_edit_url(user)
    kind = (getattr(user, "specific_class", None) or type(user))._meta.verbose_name
    title = getattr(user, "draft_title", "") or str(user)
    return {
        "title": title if url else _("(Private %(object)s)") % {"object": kind},
        "kind": capfirst(kind),
        "url": url,
    }


def _list_url(chosen: Model) -> str:
    if isinstance(chosen, get_image_model()):
        return reverse("wagtailimages:index")
    if isinstance(chosen, get_document_model()):
        return reverse("wagtaildocs:index")
    return reverse(chosen.snippet_viewset.get_url_name("list"))
