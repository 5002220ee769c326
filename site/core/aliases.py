"""Aliases of pages: the same page at another address.

Wagtail keeps an alias like its source. Here stands what else makes the two one: lists show the page
once, and an alias that loses its source does not become public by that.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db.models import Exists, F, Min, OuterRef, Q
from django.db.models.signals import post_delete, pre_delete, pre_save
from django.dispatch import receiver
from wagtail.models import Page, PageViewRestriction
from wagtail.query import PageQuerySet

from .visibility import restrictions_of

Pages = TypeVar("Pages", bound=PageQuerySet)


def is_first_in_language() -> Q:
    """Return the condition that no page in its language is the same as a page.

    An alias is, unless its source is in another language: then the oldest alias stands for that.
    """
    older = Page.objects.live().filter(
        alias_of=OuterRef("alias_of"), locale=OuterRef("locale"), pk__lt=OuterRef("pk")
    )
    is_repeated = Q(alias_of__locale=F("locale")) | Exists(older)
    return Q(alias_of=None) | ~is_repeated


def each_once(pages: Pages) -> Pages:
    """Return pages without aliases of the same page: the source remains, else the oldest alias.

    For a part of the site, where an alias may be and its source not. Filters that tell an alias
    from its source, as by section, belong before it.
    """
    aliases = pages.filter(alias_of__isnull=False).order_by()
    oldest = aliases.values("alias_of").annotate(oldest=Min("pk")).values("oldest")
    is_repeated = Q(alias_of__in=pages.order_by().values("pk")) | ~Q(pk__in=oldest)
    return pages.filter(Q(alias_of=None) | ~is_repeated)


@receiver(pre_save, dispatch_uid="core.aliases.follow")
def follow_source(sender: type, instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """Point an alias at the source instead of another alias, and give it the source's date.

    Wagtail leaves an alias of a draft without a date when the draft is published.
    """
    if raw or not isinstance(instance, Page) or not instance.alias_of_id:
        return
    source = instance.alias_of
    while source.alias_of_id:
        source = source.alias_of
    instance.alias_of = source
    instance.first_published_at = source.first_published_at or instance.first_published_at


@receiver(pre_save, dispatch_uid="core.aliases.convert")
def part_from_source(sender: type, instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """Keep an alias that becomes an ordinary page as private as its source.

    Where it is the translation of that, its language's other aliases follow it from now on.
    """
    if raw or not isinstance(instance, Page) or instance.alias_of_id or not instance.pk:
        return
    source = Page.objects.filter(aliases=instance.pk).first()
    if source is None:
        return
    _restrict([instance], _rules_for(source))
    if source.locale_id != instance.locale_id:
        others = source.aliases.filter(locale=instance.locale_id).exclude(pk=instance.pk)
        others.update(alias_of=instance.pk)


@receiver(pre_delete, sender=Page, dispatch_uid="core.aliases.before_delete")
def note_aliases(instance: Page, **kwargs: Any) -> None:
    """Remember the aliases and view restrictions of a page that is being deleted."""
    instance.orphans = list(instance.aliases.values_list("pk", flat=True))
    instance.rules = _rules_for(instance) if instance.orphans else []


@receiver(post_delete, sender=Page, dispatch_uid="core.aliases.after_delete")
def keep_orphans_private(instance: Page, **kwargs: Any) -> None:
    """Copy a deleted page's restrictions to its aliases, unless these were deleted too."""
    if instance.rules:
        _restrict(Page.objects.filter(pk__in=instance.orphans), instance.rules)


def _rules_for(page: Page) -> list[tuple[PageViewRestriction, list[Any]]]:
    """Return the view restrictions of a page, each with the groups that may see it."""
    return [(rule, list(rule.groups.all())) for rule in restrictions_of(page)]


def _restrict(pages: Iterable[Page], rules: list[tuple[PageViewRestriction, list[Any]]]) -> None:
    for page in pages:
        for rule, groups in rules:
            copy = PageViewRestriction(
                page_id=page.pk, restriction_type=rule.restriction_type, password=rule.password
            )
            copy.save()
            copy.groups.set(groups)
