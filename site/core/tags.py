"""Free tags on pages, images and documents; taggit names them, and calls these functions."""

import unicodedata
from itertools import count

from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.utils.text import slugify
from taggit.models import Tag
from taggit.utils import _parse_tags as split_tags

from .text import is_visible

# Leaves room for a number after it.
MAX_SLUG_LENGTH = 90


def parse_tags(text: str) -> list[str]:
    """Return the tags that an editor entered, less those of invisible characters only."""
    return [name for name in split_tags(text) if is_visible(name)]


@receiver(pre_save, sender=Tag, dispatch_uid="core.tags.slug")
def spell_out_symbols(instance: Tag, **kwargs: object) -> None:
    """Return a slug of Unicode character names for a tag without letters, such as “🎉”.

    taggit would leave it empty, and there is no URL without a slug. One that became too long, for
    some characters are spelt out, is cut.
    """
    if not instance.slug or len(instance.slug) > Tag._meta.get_field("slug").max_length:
        names = " ".join(unicodedata.name(it, f"U{ord(it):X}") for it in instance.name)
        slug = (instance.slug or slugify(names))[:MAX_SLUG_LENGTH]
        candidates = (f"{slug}-{number}" if number else slug for number in count())
        instance.slug = next(it for it in candidates if not Tag.objects.filter(slug=it).exists())
