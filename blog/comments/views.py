"""Where comments are sent to, and the pages around that. A GET changes nothing."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core.guards import client_address, guarded_post, is_over_limit, read_only
from core.models import SiteSettings
from core.page_cache.marks import show_until

from ..listing import paginate
from ..models import Comment, PostPage
from . import links, posting
from .discussion import REPLIES_PER_PAGE, address_of, replies_to
from .forms import CommentForm

AN_HOUR = 3600
# Comments an hour from one network, or on one post, after which more are held for moderation …
PENDING_AFTER_PER_NETWORK = 20
PENDING_AFTER_PER_POST = 100
# … and from one network after which more are refused, so that a flood costs little.
MAX_PER_NETWORK = 100

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@get_or_post
@guarded_post
def write(request: HttpRequest, post_id: int) -> HttpResponse:
    """Show the form of a post, for an answer with what is answered, or take down what it says.

    Only a post that everyone may read takes comments.
    """
    post = _original(post_id)
    if not post.takes_comments(timezone.now()):
        return render(request, "blog/comments/closed.html", {"post": post}, status=403)
    if post.comments_close_at:
        show_until(request, post.comments_close_at)
    if request.method != "POST":
        return _form_page(request, _form_for(request, post))
    if is_over_limit("comment", client_address(request), MAX_PER_NETWORK, AN_HOUR):
        return _too_many(request, CommentForm(request.POST, post=post))
    return _take(request, CommentForm(request.POST, post=post))


@read_only
def thread(request: HttpRequest, post_id: int, comment_id: int) -> HttpResponse:
    """Show a comment with all replies to it, in pages."""
    post = get_object_or_404(PostPage.objects.published(), pk=post_id)
    comment = get_object_or_404(Comment.objects.of(post).shown().threads(), pk=comment_id)
    is_open = post.takes_comments(timezone.now())
    if is_open and post.comments_close_at:
        show_until(request, post.comments_close_at)
    replies = paginate(replies_to(comment), request, REPLIES_PER_PAGE)
    context = {"post": post, "comment": comment, "replies": replies, "can_reply": is_open}
    return render(request, "blog/comments/thread.html", context)


@read_only
def thanks(request: HttpRequest, post_id: int) -> HttpResponse:
    """Tell whoever commented that it waits for a moderator; the page is the same for all."""
    post = get_object_or_404(PostPage.objects.published(), pk=post_id)
    return render(request, "blog/comments/thanks.html", {"post": post})


@get_or_post
@csrf_exempt
@never_cache
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for a press of a button, and stop the mails about answers when it comes.

    Mail programs post here for their reader, from anywhere and with no session (RFC 8058).
    """
    try:
        comment = links.comment_of(token)
    except links.InvalidLink:
        return render(request, "blog/comments/invalid_link.html", status=404)
    if request.method == "POST":
        links.stop(comment)
        comment.refresh_from_db()
    return render(request, "blog/comments/stop.html", {"comment": comment})


def _original(post_id: int) -> PostPage:
    """Return a public post, or the source of an alias, to which the comments belong."""
    posts = PostPage.objects.published()
    post = get_object_or_404(posts, pk=post_id)
    return get_object_or_404(posts, pk=post.original.pk) if post.alias_of_id else post


def _take(request: HttpRequest, form: CommentForm) -> HttpResponse:
    """Take down what a form says, and lead to where it stands, or will stand."""
    post = form.post
    if form.is_trapped:
        return redirect("comments:thanks", post_id=post.pk)
    if not form.is_valid():
        form.show_again()
        return _form_page(request, form, status=422)
    may_be_trusted = form.is_proven and not _is_flooded(request, post)
    trusted_after = SiteSettings.for_request(request).comments_trusted_after
    comment = posting.take(form.comment(), trusted_after if may_be_trusted else 0, timezone.now())
    if comment.is_approved:
        return redirect(address_of(comment))
    return redirect("comments:thanks", post_id=post.pk)


def _is_flooded(request: HttpRequest, post: PostPage) -> bool:
    """Return whether a limit is exceeded, so that even trusted readers' comments stay pending."""
    network = client_address(request)
    return any(
        [
            is_over_limit("comment-trusted", network, PENDING_AFTER_PER_NETWORK, AN_HOUR),
            is_over_limit("comments-on", str(post.pk), PENDING_AFTER_PER_POST, AN_HOUR),
        ]
    )


def _form_for(request: HttpRequest, post: PostPage) -> CommentForm:
    """Return an empty form. Raises Http404 where what it should answer cannot be answered."""
    number = request.GET.get("reply-to")
    form = CommentForm(post=post, initial={"parent": number})
    if number and form.answered is None:
        raise Http404("There is no such comment.")
    return form


def _too_many(request: HttpRequest, form: CommentForm) -> HttpResponse:
    return _form_page(request, form, status=429, too_many=True)


def _form_page(
    request: HttpRequest, form: CommentForm, status: int = 200, **context: object
) -> HttpResponse:
    context = {"post": form.post, "form": form, **context}
    return render(request, "blog/comments/write.html", context, status=status)
