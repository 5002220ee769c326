"""What follows when posts are published, when people and books are saved, and when files go."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from wagtail.signals import page_published

from .models import Author, Book, PostPage, PostPDF
from .pdf import forget_failures
from .tasks import draw_cover, draw_pictures, draw_portrait, learn_terms


@receiver(page_published, sender=PostPage, dispatch_uid="blog.publishing")
def learn_what_it_is_about(instance: PostPage, **kwargs: Any) -> None:
    """Have the worker write down what the post is about; what is lost is found again at night."""
    transaction.on_commit(lambda: learn_terms.delay(instance.pk), robust=True)


@receiver(page_published, sender=PostPage, dispatch_uid="blog.publishing.pictures")
def draw_its_pictures(instance: PostPage, **kwargs: Any) -> None:
    """Have a worker draw what the post shows; what is lost is drawn for readers, in WebP."""
    transaction.on_commit(lambda: draw_pictures.delay(instance.pk), robust=True)


@receiver(page_published, sender=PostPage, dispatch_uid="blog.publishing.pdf_failures")
def retry_failed_pdf(instance: PostPage, **kwargs: Any) -> None:
    """Clear a failure of the post's PDF, since the post has changed."""
    forget_failures(instance)


@receiver(post_save, sender=Author, dispatch_uid="blog.publishing.portrait")
def draw_their_portrait(instance: Author, **kwargs: Any) -> None:
    """Have a worker draw the photo that stands on an author's page."""
    if instance.photo_id:
        transaction.on_commit(lambda: draw_portrait.delay(instance.pk), robust=True)


@receiver(post_save, sender=Book, dispatch_uid="blog.publishing.cover")
def draw_its_cover(instance: Book, **kwargs: Any) -> None:
    """Have a worker draw the cover that stands in the list of books."""
    if instance.cover_id:
        transaction.on_commit(lambda: draw_cover.delay(instance.pk), robust=True)


@receiver(post_delete, sender=PostPDF, dispatch_uid="blog.publishing.pdf")
def delete_file(instance: PostPDF, **kwargs: Any) -> None:
    """Delete a PDF's file with what is known of it."""
    if name := instance.file.name:
        storage = instance.file.storage
        transaction.on_commit(lambda: storage.delete(name), robust=True)
