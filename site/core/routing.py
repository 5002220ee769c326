"""Find the page at an address."""

from collections.abc import Sequence

from django.db.models import Exists, Q
from wagtail.models import Page, PageViewRestriction


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
    line = Page.objects.filter(path__in=[page.path[:end] for end in ends])
    restrictions = PageViewRestriction.objects.filter(page__in=line)
    aliases = line.filter(alias_of__isnull=False)
    pages = page.cached_content_type.model_class()._default_manager
    return pages.annotate(
        may_be_restricted=Q(Exists(restrictions)) | Q(Exists(aliases)),
    ).get(pk=page.pk)


def _below(root: Page, path_components: Sequence[str]) -> Page | None:
    url_path = f"{root.url_path}{'/'.join(path_components)}/"
    # The database has an index of slugs, and none of whole addresses.
    return Page.objects.filter(slug=path_components[-1], url_path=url_path).first()
