"""Tasks of the site as a whole."""

from celery import shared_task
from django.core.management import call_command
from django.utils import timezone

from .models import CreditedImage
from .outbox import sending
from .pictures import draw_again, wanting_avif


@shared_task
def publish_scheduled() -> None:
    """Publish and take down the pages whose time has come."""
    call_command("publish_scheduled")


@shared_task
def send_outgoing_email(email_id: int) -> None:
    """Send an email of the outbox."""
    sending.send(email_id, timezone.now())


@shared_task
def send_outgoing_emails() -> None:
    """Send the emails of the outbox that are due."""
    sending.send_due(timezone.now())


@shared_task
def prune_outgoing_emails() -> None:
    """Delete emails of the outbox that were finished long ago."""
    sending.prune(timezone.now())


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
