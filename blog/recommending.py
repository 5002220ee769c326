"""Which posts recommend which books, as Wagtail's index of references knows it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast
from wagtail.models import ReferenceIndex

from .disclosures import Facts, owed
from .models import AffiliateProgram, Book, Disclaimer, PostPage, ReusableContent
from .models.preparing import library_of_disclaimers
from .models.translated import in_words_of


def posts_by_book() -> Mapping[int, list[PostPage]]:
    """Return the listed posts that show each book, by the book's number; the latest post first.

    They are in the language being read. A post that shows a book in reusable content recommends it,
    too.
    """
    kept = _sources(_references(ReusableContent, Book))
    direct = _sources(_references(PostPage, Book))
    through = _sources(_references(PostPage, ReusableContent))
    for book, contents in kept.items():
        direct[book].update(*(through[content] for content in contents))
    showing = set().union(*direct.values())
    shown = defaultdict(list)
    for post in PostPage.objects.listed().in_this_language().filter(pk__in=showing).latest_first():
        for book, numbers in direct.items():
            if post.pk in numbers:
                shown[book].append(post)
    return dict(shown)


def recommended_books() -> QuerySet[Book]:
    """Return the books that listed posts in the language being read show, in order."""
    posts = PostPage.objects.listed().in_this_language()
    direct = _references(PostPage, Book).filter(object_id__in=_as_text(posts))
    through = _references(PostPage, ReusableContent).filter(object_id__in=_as_text(posts))
    kept = _references(ReusableContent, Book).filter(object_id__in=through.values("to_object_id"))
    number = Cast("pk", CharField())
    shown = Q(number__in=direct.values("to_object_id")) | Q(number__in=kept.values("to_object_id"))
    return Book.objects.alias(number=number).filter(shown).order_by("title", "pk")


def disclaimers_for(books: Iterable[Book]) -> list[Disclaimer | AffiliateProgram]:
    """Return what a list of recommended books owes its readers for the links in it.

    It is said in the language of the posts that recommend them.
    """
    programs = {program.pk: program for book in books for program in book.programs}
    facts = Facts(has_affiliate_link=bool(programs))
    locale = next((post.locale_id for book in books for post in book.recommending), None)
    disclaimers = owed(facts, library_of_disclaimers(locale))
    in_words_of(locale, programs.values())
    return disclaimers + [program for program in programs.values() if program.text]


def _references(source: type, target: type) -> QuerySet:
    types = ContentType.objects.get_for_models(source, target)
    return ReferenceIndex.objects.filter(content_type=types[source], to_content_type=types[target])


def _as_text(things: QuerySet) -> QuerySet:
    """Return the numbers of things as the index of references has them."""
    return things.order_by().annotate(number=Cast("pk", CharField())).values("number")


def _sources(references: QuerySet) -> defaultdict[int, set[int]]:
    """Return what refers to each thing, by numbers."""
    sources = defaultdict(set)
    for target, source in references.values_list("to_object_id", "object_id"):
        sources[int(target)].add(int(source))
    return sources
