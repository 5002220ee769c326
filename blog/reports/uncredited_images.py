"""Which images do not name their makers."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import DateColumn, TitleColumn
from wagtail.images.models import Image
from wagtail.models import ReferenceIndex
from wagtail.permission_policies.collections import CollectionOwnershipPermissionPolicy

from core.models import CreditedImage

from .base import Report


class UncreditedImagesReport(Report):
    slug = "images-without-credit"
    page_title = _("Images without credit")
    header_icon = "image"
    permission_policy = CollectionOwnershipPermissionPolicy(
        CreditedImage, auth_model=Image, owner_field_name="uploaded_by_user"
    )
    any_permission_required = ["add", "change", "delete"]
    columns = [
        TitleColumn("title", label=_("Image"), url_name="wagtailimages:edit"),
        TitleColumn("usage_count", label=_("Uses"), url_name="wagtailimages:image_usage"),
        DateColumn("created_at", label=_("Added")),
    ]
    list_export = ["title", "usage_count", "created_at"]
    export_headings = {"title": _("Image"), "usage_count": _("Uses"), "created_at": _("Added")}

    def get_queryset(self) -> QuerySet[CreditedImage]:
        own = self.permission_policy.instances_user_has_any_permission_for(
            self.request.user, ["change", "delete"]
        )
        uses = ReferenceIndex.usage_count_subquery(CreditedImage)
        return (
            own.filter(credit__regex=r"^\s*$")
            .annotate(usage_count=uses)
            .order_by("-usage_count", "title", "pk")
        )
