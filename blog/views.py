"""Public pages of authors, topics, series, tags, months and books."""

from datetime import date

from django.db.models import Count, Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from taggit.models import Tag

from core.guards import read_only

from . import archive as archives
from .listing import page_of, paginate, paginate_posts
from .models import Author, Book, PostPage, Series, Topic
from .querysets import POSTS_OF_TAG, PostQuerySet, tags_of
from .recommending import disclaimers_for, posts_by_book, recommended_books

# Of what an index shows, each takes a line.
PER_INDEX = 200


@read_only
def author(request: HttpRequest, slug: str) -> HttpResponse:
    """Show who an author is, and their posts."""
    author = get_object_or_404(
        Author.objects.select_related("photo").prefetch_related("photo__renditions", "links"),
        slug=slug,
    )
    posts = PostPage.objects.listed().in_this_language().by_author(author).latest_first()
    context = {"author": author, "posts": paginate_posts(posts, request)}
    return render(request, "blog/pages/author.html", context)


@read_only
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what a topic is about, and the posts filed under it."""
    topic = get_object_or_404(Topic, slug=slug)
    posts = PostPage.objects.listed().in_this_language().on_topic(topic).latest_first()
    return _listing(request, posts, _("Topic"), topic.name, topic.description, request.path)


@read_only
def series(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what a series is about, and its posts in their order."""
    series = get_object_or_404(Series, slug=slug)
    posts = PostPage.objects.listed().in_this_language().of_series(series)
    return _listing(request, posts, _("Series"), series.name, series.description, request.path)


@read_only
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the posts with a tag; not found where no reader could come upon one."""
    posts = PostPage.objects.listed().in_this_language()
    tag = get_object_or_404(tags_of(posts), slug=slug)
    return _listing(
        request, posts.tagged(tag).latest_first(), _("Tag"), tag.name, feeds_of=request.path
    )


@read_only
def authors(request: HttpRequest) -> HttpResponse:
    """Show all who have written posts that readers come upon, and how many of them."""
    return _index(request, _("Authors"), _("All authors"), Author, "bylines__post")


@read_only
def topics(request: HttpRequest) -> HttpResponse:
    """Show all topics that have posts, and how many."""
    return _index(request, _("Topics"), _("All topics"), Topic, "posts")


@read_only
def tags(request: HttpRequest) -> HttpResponse:
    """Show all tags that posts have, and how many."""
    return _index(request, _("Tags"), _("All tags"), Tag, POSTS_OF_TAG)


@read_only
def archive(request: HttpRequest) -> HttpResponse:
    """Show the months in which posts came out, by year, and how many there are of each."""
    return render(request, "blog/pages/archive.html", {"months": archives.months()})


@read_only
def month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """Show the posts of a month; not found where there are none."""
    place = archives.place_of(year, month)
    if place is None:
        raise Http404
    posts = PostPage.objects.listed().in_this_language().of_month(date(year, month, 1))
    context = {"place": place, "posts": paginate_posts(posts.latest_first(), request)}
    return render(request, "blog/pages/month.html", context)


@read_only
def books(request: HttpRequest) -> HttpResponse:
    """Show the books that posts recommend, each with those posts."""
    posts = posts_by_book()
    recommended = Book.objects.filter(pk__in=posts).order_by("title", "pk")
    books = paginate(recommended.prefetch_related("links__program", "cover__renditions"), request)
    for book in books:
        book.recommending = posts[book.pk]
    context = {"books": books, "disclaimers": disclaimers_for(books)}
    return render(request, "blog/pages/books.html", context)


@read_only
def book(request: HttpRequest, number: int) -> HttpResponse:
    """Lead to a book among those that posts recommend; not found where none does."""
    numbers = list(recommended_books().values_list("pk", flat=True))
    if number not in numbers:
        raise Http404
    return redirect(f"{reverse('books')}{page_of(numbers.index(number))}#book-{number}")


def _index(
    request: HttpRequest, name: str, description: str, model: type[Model], posts_of: str
) -> HttpResponse:
    """Show what posts are gathered under, in pages."""
    posts = PostPage.objects.listed().in_this_language()
    things = model.objects.filter(**{f"{posts_of}__in": posts}).annotate(number=Count(posts_of))
    page = paginate(things.order_by("name", "pk"), request, PER_INDEX)
    context = {"things": page, "name": name, "description": description}
    return render(request, "blog/pages/index.html", context)


def _listing(
    request: HttpRequest,
    posts: PostQuerySet,
    kind: str,
    name: str,
    description: str = "",
    feeds_of: str = "",
) -> HttpResponse:
    context = {
        "kind": kind,
        "name": name,
        "description": description,
        "feeds_of": feeds_of,
        "posts": paginate_posts(posts, request),
    }
    return render(request, "blog/pages/listing.html", context)
