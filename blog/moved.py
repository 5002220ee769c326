"""Lead on to where something is now.

Wagtail leads on from the old addresses of pages; here it does from those of authors, topics, series
and tags, and from files that lie beside pages: feeds and Markdown.
"""

from collections.abc import Callable
from functools import wraps

from django.db import models
from django.db.models.signals import post_save, pre_save
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from taggit.models import Tag
from wagtail.contrib.redirects.middleware import get_redirect
from wagtail.contrib.redirects.models import Redirect

from core.richtext import absolute_url

from .models import Author, Series, Topic

View = Callable[..., HttpResponse]


def follow(name: str) -> Callable[[View], View]:
    """Make a view lead on to the file of this name beside a page that has moved."""

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, **where: str) -> HttpResponse:
            try:
                return view(request, **where)
            except Http404:
                page = Redirect.normalise_path(request.path.removesuffix(name))
                redirect = get_redirect(request, page)
                if redirect is None or not redirect.link:
                    raise
                return HttpResponsePermanentRedirect(f"{redirect.link.rstrip('/')}/{name}")

        return answer

    return decorate


@receiver(pre_save, sender=Author)
@receiver(pre_save, sender=Topic)
@receiver(pre_save, sender=Series)
@receiver(pre_save, sender=Tag)
def note_old_address(sender: type[models.Model], instance: models.Model, **kwargs: object) -> None:
    """Remember where something was before it is saved."""
    before = sender.objects.filter(pk=instance.pk).first() if instance.pk else None
    instance._old_address = _address_of(before) if before else None


@receiver(post_save, sender=Author)
@receiver(post_save, sender=Topic)
@receiver(post_save, sender=Series)
@receiver(post_save, sender=Tag)
def lead_on(sender: type[models.Model], instance: models.Model, **kwargs: object) -> None:
    """Lead on from the old address to the new one, and in one step from those before."""
    old, new = instance._old_address, _address_of(instance)
    made_here = Redirect.objects.filter(automatically_created=True, site=None)
    made_here.filter(old_path=Redirect.normalise_path(new)).delete()
    if old is None or old == new:
        return
    made_here.filter(redirect_link=absolute_url(old)).update(redirect_link=absolute_url(new))
    Redirect.objects.update_or_create(
        old_path=Redirect.normalise_path(old),
        site=None,
        defaults={"redirect_link": absolute_url(new), "automatically_created": True},
    )


def _address_of(thing: models.Model) -> str:
    if isinstance(thing, Tag):
        return reverse("tag", args=[thing.slug])
    return thing.get_absolute_url()
