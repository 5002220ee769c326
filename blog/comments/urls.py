"""Addresses of comments and of the link in mails about them."""

from django.urls import path

from . import proof, views

app_name = "comments"
urlpatterns = [
    path("<int:post_id>/", views.write, name="write"),
    path("<int:post_id>/thread/<int:comment_id>/", views.thread, name="thread"),
    path("<int:post_id>/thanks/", views.thanks, name="thanks"),
    path("stop/<str:token>/", views.stop, name="stop"),
    path("challenge/", proof.challenge, name="challenge"),
]
