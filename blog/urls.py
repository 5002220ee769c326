"""Public pages of what is no page in the tree."""

from django.urls import include, path

from . import views
from .feeds import sources
from .feeds.views import feed_paths

urlpatterns = [
    path("authors/<slug:slug>/", views.author, name="author"),
    path("books/", views.books, name="books"),
    path("comments/", include("blog.comments.urls")),
    path("series/<slug:slug>/", views.series, name="series"),
    path("tags/<str:slug>/", views.tag, name="tag"),
    path("topics/<slug:slug>/", views.topic, name="topic"),
    *feed_paths("authors/<slug:slug>/", sources.author),
    *feed_paths("topics/<slug:slug>/", sources.topic),
    *feed_paths("", sources.site),
    *feed_paths("<path:section>/", sources.section),
]
