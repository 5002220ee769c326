"""Included at /mailbox/ by the site's urls, in DEBUG only."""

from django.urls import path

from localmail import views

app_name = "mailbox"

urlpatterns = [
    path("", views.message_list, name="list"),
    path("empty/", views.empty, name="empty"),
    path("<str:message_id>/", views.message, name="message"),
    path("<str:message_id>/frame/", views.frame, name="frame"),
    path("<str:message_id>/download/", views.download, name="download"),
    path("<str:message_id>/<str:tab>/", views.message, name="tab"),
]
