"""Public pages of what is no page in the tree."""

from django.urls import include, path, register_converter

from . import machines, pdf_views, sitemaps, views
from .feeds import sources
from .feeds.views import feed_paths
from .paths import PagePath, TagSlug

register_converter(PagePath, "page")
register_converter(TagSlug, "tag")

# By this name the index of maps finds them.
SITEMAP = "django.contrib.sitemaps.views.sitemap"

urlpatterns = [
    path("archive/", views.archive, name="archive"),
    path("archive/<int:year>/<int:month>/", views.month, name="month"),
    path("authors/", views.authors, name="authors"),
    path("authors/<slug:slug>/", views.author, name="author"),
    path("books/", views.books, name="books"),
    path("books/<int:number>/", views.book, name="book"),
    path("comments/", include("blog.comments.urls")),
    path("series/<slug:slug>/", views.series, name="series"),
    path("tags/", views.tags, name="tags"),
    path("tags/<tag:slug>/", views.tag, name="tag"),
    path("topics/", views.topics, name="topics"),
    path("topics/<slug:slug>/", views.topic, name="topic"),
    path("llms.txt", machines.llms),
    path("robots.txt", machines.robots),
    path("sitemap.xml", sitemaps.index, name="sitemaps"),
    path("sitemap-<section>.xml", sitemaps.sitemap, name=SITEMAP),
    path("<page:post>/index.md", machines.markdown),
    path("<page:post>/post.pdf", pdf_views.pdf),
    *feed_paths("authors/<slug:slug>/", sources.author),
    *feed_paths("series/<slug:slug>/", sources.series),
    *feed_paths("tags/<tag:slug>/", sources.tag),
    *feed_paths("topics/<slug:slug>/", sources.topic),
    *feed_paths("", sources.site),
    *feed_paths("<page:section>/", sources.section),
]
