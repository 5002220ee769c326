"""What follows when the site's own pages are published."""

from django.db import transaction
from django.dispatch import receiver
from wagtail.models import Page
from wagtail.signals import page_published

from .models import HomePage, StandardPage
from .tasks import draw_pictures


@receiver(page_published, sender=HomePage, dispatch_uid="home.publishing.home")
@receiver(page_published, sender=StandardPage, dispatch_uid="home.publishing.standard")
def draw_its_pictures(instance: Page, **kwargs: object) -> None:
    """Have a worker draw what the page shows; what is lost is drawn for readers, in WebP."""
    transaction.on_commit(lambda: draw_pictures.delay(instance.pk), robust=True)
