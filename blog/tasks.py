"""Tasks of the blog. What is to be done stands in the database: a lost message does no harm."""

from celery import shared_task
from django.apps import apps
from django.utils import timezone

from . import drawing, embedding, indexing, pdf, related
from .comments import moderating, notices
from .models import Author, Book, PostPage


@shared_task
def send_comment_notice(notice_id: int) -> None:
    """Send a mail about comments."""
    notices.send(notice_id, timezone.now())


@shared_task
def comments_tick() -> None:
    """Send the mails about comments that wait."""
    now = timezone.now()
    notices.prune(now)
    for notice_id in notices.look_again(now):
        notices.send(notice_id, now)


@shared_task
def delete_old_spam() -> None:
    """Delete comments that were marked as spam long ago."""
    moderating.delete_old_spam(timezone.now())


@shared_task
def ask_about_embeds() -> None:
    """Learn what became of videos elsewhere that nobody asked about for long."""
    embedding.ask_about_old(timezone.now())


@shared_task
def learn_terms(post_id: int) -> None:
    """Write down what a post is about, for recommending it and others with it."""
    if post := PostPage.objects.filter(pk=post_id).first():
        related.learn(post)


@shared_task
def learn_terms_again() -> None:
    """Do the same for posts that were missed, and find out anew what is rare."""
    related.learn_again(timezone.now())


@shared_task
def index_pages_showing(label: str, number: int) -> None:
    """Have the search find the pages anew that show something of the library."""
    if thing := apps.get_model(label).objects.filter(pk=number).first():
        indexing.index_pages_showing(thing)


@shared_task
def index_all_pages() -> None:
    """Do the same for all pages: for what was missed, and for what was deleted."""
    indexing.index_all_pages()


@shared_task
def draw_pictures(post_id: int) -> None:
    """Draw the pictures of a post, unless it was taken down since."""
    if post := PostPage.objects.live().filter(pk=post_id).first():
        drawing.draw_post(post)


@shared_task
def draw_portrait(author_id: int) -> None:
    """Draw the photo of an author, unless they were deleted since."""
    if author := Author.objects.filter(pk=author_id).first():
        drawing.draw_portrait(author)


@shared_task
def draw_cover(book_id: int) -> None:
    """Draw the cover of a book, unless it was deleted since."""
    if book := Book.objects.filter(pk=book_id).first():
        drawing.draw_cover(book)


@shared_task
def make_pdfs() -> None:
    """Make the PDFs that readers wait for."""
    pdf.make_queued()


@shared_task
def tidy_pdfs() -> None:
    """Delete the PDFs of posts that are no longer for everyone."""
    pdf.tidy()
