"""URLs at which readers log in or enter the password of a page or collection, as in Wagtail."""

from django.urls import path
from wagtail.documents.views.serve import authenticate_with_password as collection_password
from wagtail.views import authenticate_with_password as page_password

from . import views
from .lockout import limit_passwords

urlpatterns = [
    path("_util/login/", views.ReaderLoginView.as_view(), name="wagtailcore_login"),
    path(
        "_util/authenticate_with_password/<int:restriction_id>/<int:page_id>/",
        limit_passwords("page", page_password),
        name="wagtailcore_authenticate_with_password",
    ),
    path(
        "documents/authenticate_with_password/<int:restriction_id>/",
        limit_passwords("collection", collection_password),
        name="wagtaildocs_authenticate_with_password",
    ),
]
