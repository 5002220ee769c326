"""The index of the search holds of a post also what is stored beside it."""

from django.dispatch import receiver
from wagtail.models import Page
from wagtail.search import index
from wagtail.signals import page_published

from .models import PostPage


@receiver(page_published, sender=PostPage)
def index_with_what_is_beside(instance: Page, **kwargs: object) -> None:
    """Index a post once more when its authors, topics and tags are stored.

    Wagtail does so when the post itself is, which is before.
    """
    index.insert_or_update_object(instance)
