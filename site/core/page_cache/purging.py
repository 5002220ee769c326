"""Give up what is kept, once a change that readers may see is committed.

Every change of every model counts, but for the models that no page shows (``PAGE_CACHE_UNSEEN``).
So a new model is purged for before anybody has thought of it. Querysets' ``update()`` and
``bulk_create()`` send no signal: who changes by them what readers see calls ``purge_on_commit``.
"""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save
from wagtail.signals import post_page_move

from . import store

# What changes when a draft is saved.
_OF_DRAFTS = {
    *("latest_revision", "latest_revision_created_at", "draft_title", "has_unpublished_changes"),
    "wagtail_admin_comments",
}


def connect() -> None:
    """Listen to all models."""
    post_save.connect(_saved, dispatch_uid="page_cache")
    for signal in (post_delete, m2m_changed, post_page_move):
        signal.connect(_changed, dispatch_uid="page_cache")


def purge_on_commit() -> None:
    """Give up what is kept when the transaction is committed, or now if there is none."""
    transaction.on_commit(store.purge, robust=True)


def _saved(
    sender: type[Model],
    instance: Model,
    created: bool,
    update_fields: frozenset[str] | None,
    **kwargs: Any,
) -> None:
    if created and not getattr(instance, "is_shown_when_new", True):
        return
    if update_fields is None or update_fields - _OF_DRAFTS:
        _changed(sender)


def _changed(sender: type[Model], **kwargs: Any) -> None:
    if not is_unseen(sender):
        purge_on_commit()


def is_unseen(model: type[Model]) -> bool:
    """Whether no page shows anything of a model."""
    meta = model._meta
    return meta.app_label in settings.PAGE_CACHE_UNSEEN or meta.label in settings.PAGE_CACHE_UNSEEN
