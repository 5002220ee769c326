"""What the search finds a page by: also what is stored beside it, and what it shows of the library.

Wagtail indexes a page when the page itself is stored, and at no other time.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model, QuerySet
from django.dispatch import receiver
from taggit.models import Tag
from wagtail.models import Page, ReferenceIndex
from wagtail.search import index
from wagtail.search.backends import get_search_backend
from wagtail.signals import page_published

from .models import PostPage, ReusableContent, Topic

AT_ONCE = 50


@receiver(page_published, sender=PostPage)
def index_with_what_is_beside(instance: Page, **kwargs: object) -> None:
    """Index a post once more when its authors, topics and tags are stored."""
    index.insert_or_update_object(instance)


def index_all_pages() -> None:
    """Index every page anew."""
    _index(list(Page.objects.order_by("pk").values_list("pk", flat=True)))


def index_pages_showing(thing: Model) -> None:
    """Index the pages anew that show something of the library, or are filed under it."""
    _index(pages_showing(thing))


def pages_showing(thing: Model) -> list[int]:
    """Return the numbers of the pages that show something, by themselves or in reusable content."""
    match thing:
        case Topic():
            return list(PostPage.objects.filter(topics=thing).values_list("pk", flat=True))
        case Tag():
            return list(PostPage.objects.filter(tags=thing).values_list("pk", flat=True))
    references = ReferenceIndex.get_references_to_in_bulk([thing, *_contents_with(thing)])
    page = ContentType.objects.get_for_model(Page)
    numbers = references.filter(base_content_type=page).values_list("object_id", flat=True)
    return sorted(set(map(int, numbers)))


def _contents_with(thing: Model) -> QuerySet[ReusableContent]:
    """Return reusable content that shows something or is it, in all languages."""
    if isinstance(thing, ReusableContent):
        return ReusableContent.objects.filter(translation_key=thing.translation_key)
    content = ContentType.objects.get_for_model(ReusableContent)
    references = ReferenceIndex.get_references_to(thing).filter(content_type=content)
    numbers = map(int, references.values_list("object_id", flat=True))
    showing = ReusableContent.objects.filter(pk__in=list(numbers))
    return ReusableContent.objects.filter(translation_key__in=showing.values("translation_key"))


def _index(numbers: Sequence[int]) -> None:
    """Index pages, some at a time. Who publishes one of these meanwhile waits, then indexes it."""
    for at in range(0, len(numbers), AT_ONCE):
        with transaction.atomic():
            for model, keys in _locked(numbers[at : at + AT_ONCE]):
                pages = model.get_indexed_objects().filter(pk__in=keys)
                get_search_backend().add_bulk(model, pages)


def _locked(numbers: Sequence[int]) -> Iterator[tuple[type[Page], list[int]]]:
    """Lock pages, and return their numbers by their models."""
    pages = Page.objects.filter(pk__in=numbers).order_by("pk").select_for_update()
    by_model = defaultdict(list)
    for page in pages.only("content_type"):
        by_model[page.specific_class].append(page.pk)
    yield from by_model.items()
