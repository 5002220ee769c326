"""Tasks of the site's pages. What is to be done stands in the database."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from blog.drawing import draw, draw_page

from .contact.mailing import mail

MOST_AT_ONCE = 100


@shared_task
def mail_message(message_id: int) -> None:
    """Mail what a visitor has written; if it was deleted meanwhile, there is nothing to do."""
    from .models import ContactMessage

    message = ContactMessage.objects.filter(pk=message_id).select_related("page").first()
    if message:
        mail(message, timezone.now())


@shared_task
def mail_waiting_messages() -> None:
    """Mail what could not be mailed at once."""
    from .models import ContactMessage

    now = timezone.now()
    waiting = ContactMessage.objects.to_mail(now).select_related("page").order_by("next_try_at")
    for message in waiting[:MOST_AT_ONCE]:
        mail(message, now)


@shared_task
def draw_pictures(page_id: int) -> None:
    """Draw the pictures of a page, unless it was taken down since; of a front page, its heroes."""
    from .models import HomePage, StandardPage

    if page := StandardPage.objects.live().filter(pk=page_id).first():
        draw_page(page)
    elif page := HomePage.objects.live().filter(pk=page_id).first():
        for hero in page.blocks.blocks_by_name("hero"):
            draw("home/blocks/hero_block.html", page, value=hero.value)


@shared_task
def delete_old_messages() -> None:
    """Delete what visitors wrote long ago, where that is wanted."""
    from .models import ContactMessage

    if settings.CONTACT_KEEP_DAYS:
        limit = timezone.now() - timedelta(days=settings.CONTACT_KEEP_DAYS)
        ContactMessage.objects.written_before(limit).delete()
