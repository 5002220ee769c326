"""What follows when something of the library says something else: pages are found by it."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.db.models.signals import post_save, pre_save
from taggit.models import Tag

from .models import Author, Book, ReusableContent, Topic
from .tasks import index_pages_showing

# What pages are found by of each.
SAID: dict[type[Model], Callable[[Any], object]] = {
    Author: attrgetter("name"),
    Book: attrgetter("title", "authors"),
    ReusableContent: lambda content: content.body.get_prep_value(),
    Tag: attrgetter("name"),
    Topic: attrgetter("name"),
}


def connect() -> None:
    """Listen to what pages show."""
    for model in SAID:
        pre_save.connect(_note, sender=model, dispatch_uid="blog.renaming")
        post_save.connect(_index_pages, sender=model, dispatch_uid="blog.renaming")


def _note(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    """Note whether something says something else than before."""
    before = sender.objects.filter(pk=instance.pk).first() if instance.pk else None
    instance._is_renamed = before is not None and SAID[sender](before) != SAID[sender](instance)


def _index_pages(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    """Have the worker index the pages that show it; what is lost is indexed at night."""
    if instance._is_renamed:
        label, number = sender._meta.label, instance.pk
        transaction.on_commit(lambda: index_pages_showing.delay(label, number), robust=True)
