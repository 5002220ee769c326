"""What follows when an image gets another file, or another focal point."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from .models import CreditedImage
from .tasks import draw_image


@receiver(post_save, sender=CreditedImage, dispatch_uid="replacing")
def draw_it_again(instance: CreditedImage, created: bool, **kwargs: Any) -> None:
    """Have a worker draw all that is drawn of it by now: Wagtail gives it up with the old file."""
    if created:
        return
    specs = sorted(set(instance.renditions.values_list("filter_spec", flat=True)))
    if specs:
        transaction.on_commit(lambda: draw_image.delay(instance.pk, specs), robust=True)
