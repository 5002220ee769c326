"""Find the page at an address."""

from collections.abc import Sequence
from functools import cache

from django.db.models import Exists, Q, QuerySet
from django.http import HttpRequest
from wagtail.models import Page, PageViewRestriction, Site

from .page_cache.memory import kept_in_memory
from .statements import Given, GivenSeveral, Statement


def site_of(request: HttpRequest) -> Site | None:
    """Return the site that a request is for, as Wagtail finds it, which then need not look again.

    Wagtail has no other way to be told than its own attribute of requests.
    """
    if not hasattr(request, "_wagtail_site"):
        key = ("site", request.get_host())
        request._wagtail_site = kept_in_memory(request, key, lambda: Site.find_for_request(request))
    return request._wagtail_site


def page_at(root: Page, path_components: Sequence[str]) -> Page | None:
    """Return the page at an address, from a root on, of its own kind; None where there is none.

    It takes two look-ups, however deep the page lies. The second also finds out whether there is
    anything that might keep it from somebody, as ``may_be_restricted``: a view restriction on it or
    above it, or that one of these pages is an alias, which has the restrictions of its source.
    """
    page = _below(root, path_components) if path_components else root
    if page is None:
        return None
    ends = range(Page.steplen, len(page.path) + 1, Page.steplen)
    line = [page.path[:end] for end in ends]
    statement = _whole(page.cached_content_type.model_class())
    whole = statement.object(pk=page.pk, line=line)
    if whole and page.depth == root.depth + 1:
        whole.above = [root]
    return whole


def _below(root: Page, path_components: Sequence[str]) -> Page | None:
    url_path = f"{root.url_path}{'/'.join(path_components)}/"
    return _AT.object(slug=path_components[-1], url_path=url_path)


def _at() -> QuerySet[Page]:
    """Ask for the page at an address. The database has an index of slugs, none of addresses."""
    slug, url_path = map(Page._meta.get_field, ("slug", "url_path"))
    return Page.objects.filter(slug=Given("slug", slug), url_path=Given("url_path", url_path))


_AT = Statement(_at)


@cache
def _whole(model: type[Page]) -> Statement:
    """Ask for a page of a kind by its key, and whether it may be restricted."""

    def build() -> QuerySet[Page]:
        paths = GivenSeveral("line", Page._meta.get_field("path"))
        line = Page.objects.filter(path__in=paths)
        restrictions = PageViewRestriction.objects.filter(page__in=line)
        aliases = line.filter(alias_of__isnull=False)
        return model._default_manager.filter(pk=Given("pk", Page._meta.pk)).annotate(
            may_be_restricted=Q(Exists(restrictions)) | Q(Exists(aliases))
        )

    return Statement(build)
