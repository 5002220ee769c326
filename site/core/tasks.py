"""Tasks of the site as a whole."""

from celery import shared_task
from django.core.management import call_command

from .models import CreditedImage
from .pictures import draw_again, wanting_avif


@shared_task
def publish_scheduled() -> None:
    """Publish and take down the pages whose time has come."""
    call_command("publish_scheduled")


@shared_task
def draw_image(image_id: int, specs: list[str]) -> None:
    """Draw an image by Wagtail's filters, unless it was deleted since."""
    if image := CreditedImage.objects.filter(pk=image_id).first():
        draw_again(image, specs)


@shared_task
def draw_what_is_wanting() -> None:
    """Have drawn what no worker has: pages were published while messages were lost."""
    for image_id, specs in wanting_avif().items():
        draw_image.delay(image_id, specs)
