"""What of the library is said in each language of the site; where it is not, the original holds."""

from collections.abc import Iterable
from typing import TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from wagtail.models import Locale, TranslatableMixin

from core.fetching import Found, Those, Wanted

Kind = TypeVar("Kind", bound="Translated")


class Translated(TranslatableMixin):
    """Something with a name for editors, and with words that are translated."""

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["translation_key", "locale"], name="%(class)s_once_in_a_language"
            ),
            models.UniqueConstraint(fields=["name", "locale"], name="%(class)s_name"),
        ]

    def clean(self) -> None:
        super().clean()
        # No form asks for the language, so Django leaves constraints on it to the database.
        locale = self.locale_id or self.get_default_locale()
        namesakes = type(self).objects.filter(name=self.name, locale=locale).exclude(pk=self.pk)
        if namesakes.exists():
            raise ValidationError({"name": self.unique_error_message(type(self), ("name",))})


def holding_in(locale: int, kind: type[Kind]) -> models.QuerySet[Kind]:
    """Return all of a kind that hold for pages in a language: originals, not their translations.

    They are those in the site's first language, and what there is in this one alone.
    """
    here = models.Q(locale=locale)
    if not settings.WAGTAIL_I18N_ENABLED:
        return kind.objects.filter(here)
    first = kind.objects.filter(locale__language_code=settings.LANGUAGE_CODE)
    is_translation = models.Q(translation_key__in=first.values("translation_key"))
    return kind.objects.filter(models.Q(pk__in=first.values("pk")) | here & ~is_translation)


def want_all_holding_in(locale: int, kind: type[Kind], wanted: Wanted) -> None:
    """Ask, with others, for what ``those_holding_in`` returns."""
    wanted.add(kind, locale__in=[locale])
    if settings.WAGTAIL_I18N_ENABLED:
        wanted.add(Locale, language_code__in=[settings.LANGUAGE_CODE])
        wanted.add(kind, locale__in=Those(Locale))


def those_holding_in(locale: int, kind: type[Kind], found: Found) -> list[Kind]:
    """Return of what was found all that ``holding_in`` does."""
    first = [thing for thing in found[kind].values() if thing.locale_id in found[Locale]]
    translated = {thing.translation_key for thing in first}
    here = [
        thing
        for thing in found[kind].values()
        if thing.locale_id == locale and thing.translation_key not in translated
    ]
    return first + here


def in_words_of(locale: int, things: Iterable[Kind], field: str = "text") -> None:
    """Have things say what their translations into a language say, as far as there are such.

    All else stays as it is: by which rule a disclaimer is owed, is for the original to say.
    """
    things = [thing for thing in things if thing.locale_id != locale]
    if not settings.WAGTAIL_I18N_ENABLED or not things:
        return
    keys = {thing.translation_key for thing in things}
    known = type(things[0]).objects.filter(locale=locale, translation_key__in=keys)
    words = {each.translation_key: getattr(each, field) for each in known}
    for thing in things:
        setattr(thing, field, words.get(thing.translation_key, getattr(thing, field)))
