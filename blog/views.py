"""Public pages of authors, topics and books."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from .listing import paginate
from .models import Author, Book, PostPage, Topic
from .recommending import disclaimers_for, posts_by_book


def author(request: HttpRequest, slug: str) -> HttpResponse:
    """Show who an author is, and their posts."""
    author = get_object_or_404(Author.objects.select_related("photo"), slug=slug)
    posts = PostPage.objects.listed().by_author(author).latest_first().for_cards()
    context = {"author": author, "posts": paginate(posts, request)}
    return render(request, "blog/pages/author.html", context)


def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what a topic is about, and the posts filed under it."""
    topic = get_object_or_404(Topic, slug=slug)
    posts = PostPage.objects.listed().on_topic(topic).latest_first().for_cards()
    context = {"topic": topic, "posts": paginate(posts, request)}
    return render(request, "blog/pages/topic.html", context)


def books(request: HttpRequest) -> HttpResponse:
    """Show the books that posts recommend, each with those posts."""
    posts = posts_by_book()
    recommended = Book.objects.filter(pk__in=posts).prefetch_related(
        "links__program", "cover__renditions"
    )
    books = paginate(recommended, request)
    for book in books:
        book.recommending = posts[book.pk]
    context = {"books": books, "disclaimers": disclaimers_for(books)}
    return render(request, "blog/pages/books.html", context)
