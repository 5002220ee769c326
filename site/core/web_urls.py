"""Parse URLs that people wrote, without raising for invalid ones."""

from urllib.parse import SplitResult, urljoin, urlsplit

_EMPTY = SplitResult("", "", "", "", "")


def parse_url(url: str | None) -> SplitResult:
    """Return the parts of a URL; all are empty if it cannot be parsed.

    ``urlsplit`` raises ValueError for brackets that hold no IP address (RFC 3986, section 3.2.2)
    and for characters that Unicode normalises to delimiters.
    """
    try:
        return urlsplit(url or "")
    except ValueError:
        return _EMPTY


def host_of(url: str | None) -> str:
    """Return the host of a URL in lower case; empty if it has none."""
    return parse_url(url).hostname or ""


def join_urls(base: str, url: str) -> str:
    """Return a URL resolved against a base; one that cannot be parsed stays as it is written."""
    try:
        return urljoin(base, url)
    except ValueError:
        return url
