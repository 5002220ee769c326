"""The languages of the site, and which of them an address, a page or a view speaks.

A reader's language follows from the address alone, never from a cookie or from what the browser
prefers: so a page is the same for everyone who asks for it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import LocalePrefixPattern, URLPattern, URLResolver, reverse
from django.utils.translation import activate, get_language, override
from wagtail.models import Locale, Page, Site
from wagtail.query import PageQuerySet

from .aliases import is_first_in_language
from .visibility import is_open_to_all

NAMES = dict(settings.LANGUAGES)


@dataclass(frozen=True)
class Version:
    """What is shown, in one of the languages; where there is no such, the front page in it."""

    language: str
    name: str
    url: str
    is_shown: bool
    is_translation: bool

    @property
    def is_first(self) -> bool:
        """Whether it is in the site's first language."""
        return self.language == settings.LANGUAGE_CODE


class LanguagePrefix(LocalePrefixPattern):
    """Begins addresses with a language, but not those in the site's first one.

    Nor where a language is active that readers are not offered, as one of an editor may be.
    """

    @property
    def language_prefix(self) -> str:
        language = get_language()
        return f"{language}/" if language in _others() else ""


def in_each_language(*patterns: URLPattern | URLResolver) -> URLResolver:
    """Return addresses that there are in each language."""
    return URLResolver(LanguagePrefix(prefix_default_language=False), list(patterns))


def speak_as_addressed(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Answer requests in the language that their address begins with, else in the first one."""

    def answer(request: HttpRequest) -> HttpResponse:
        first = request.path_info.split("/", 2)[1]
        with override(first if first in _others() else settings.LANGUAGE_CODE):
            return get_response(request)

    return answer


def speak(request: HttpRequest, language: str) -> None:
    """Answer in a language, whatever the address begins with: there is no version in another."""
    activate(language)
    request.has_one_language = True


def language_of(page: Page) -> str:
    """Return the language that a page is in, as far as readers are offered it."""
    if not settings.WAGTAIL_I18N_ENABLED:
        return settings.LANGUAGE_CODE
    language = page.locale.language_code
    return language if language in NAMES else settings.LANGUAGE_CODE


def is_first_language() -> bool:
    """Return whether what is shown is in the language of the site's own words, as its menus."""
    return get_language() not in _others()


def pages_to_read(pages: PageQuerySet) -> PageQuerySet:
    """Return the pages in the active language, each once; on a one-language site, all pages."""
    pages = pages.filter(is_first_in_language())
    return pages.filter(locale=Locale.get_active()) if settings.WAGTAIL_I18N_ENABLED else pages


def in_all_languages(path: str) -> list[str]:
    """Return a path of this site, and where the same is in each other language."""
    return [path, *(f"/{language}{path}" for language in _others())]


def in_this_language(url: str) -> str:
    """Return a path of this site as it is in the active language; others as they are."""
    is_path = url.startswith("/") and not url.startswith("//")
    if is_first_language() or not is_path or url.split("/", 2)[1] in _others():
        return url
    return f"/{get_language()}{url}"


def versions_of(request: HttpRequest | None, page: object) -> list[Version]:
    """Return the versions of what a request asks for, in the order of the languages.

    None where the site, or what is shown, has one language.
    """
    if not settings.WAGTAIL_I18N_ENABLED or request is None:
        return []
    site = Site.find_for_request(request)
    if site is None or getattr(request, "has_one_language", False):
        return []
    fronts = _addresses(site.root_page, request)
    urls = _addresses(page, request) if isinstance(page, Page) else _views(request, fronts)
    shown = get_language()
    return [
        Version(language, name, urls.get(language, front), language == shown, language in urls)
        for language, name in NAMES.items()
        if (front := fronts.get(language))
    ]


def _addresses(page: Page, request: HttpRequest) -> dict[str, str]:
    """Return where a page is in each language in which everyone may read it."""
    versions = page.get_translations(inclusive=True).live().filter(is_open_to_all())
    return {
        version.locale.language_code: version.get_url(request)
        for version in versions.select_related("locale")
    }


def _views(request: HttpRequest, languages: dict[str, str]) -> dict[str, str]:
    """Return where a view is in each language.

    Nowhere else where it is a page that is missing, or a file beside one: those have no names.
    """
    match = request.resolver_match
    if match is None or match.url_name in (None, "wagtail_serve"):
        return {}
    urls = {}
    for language in languages:
        with override(language):
            urls[language] = reverse(match.view_name, args=match.args, kwargs=match.kwargs)
    return urls


def _others() -> list[str]:
    """Return the languages but the first, in which the site's addresses have no prefix."""
    return [language for language in NAMES if language != settings.LANGUAGE_CODE]
