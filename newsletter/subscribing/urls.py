"""Addresses of sign-up and of the links in mails."""

from django.urls import path

from . import views

app_name = "newsletter"
urlpatterns = [
    path("confirm/<str:token>/", views.confirm, name="confirm"),
    path("preferences/<str:token>/", views.preferences, name="preferences"),
    path("leave/<str:token>/", views.leave, name="leave"),
    path("<slug:slug>/", views.join, name="join"),
    path("<slug:slug>/asked/", views.asked, name="asked"),
]
