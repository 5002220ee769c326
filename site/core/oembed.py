"""Ask a provider about what it shows at an address (oEmbed 1.0)."""

from typing import Any

import requests
from wagtail.embeds.exceptions import EmbedNotFoundException
from wagtail.embeds.finders.oembed import OEmbedFinder as WagtailFinder

SECONDS = 5
MOST_BYTES = 5 * 1024 * 1024


class ProviderUnavailable(Exception):
    """The provider does not answer, or not in a way that can be understood."""


class OEmbedFinder(WagtailFinder):
    """Wagtail's finder, but it waits a few seconds at most, and tells silence from refusal."""

    def find_embed(
        self, url: str, max_width: int | None = None, max_height: int | None = None
    ) -> dict[str, Any]:
        """Return what the provider says of an address, by the names that oEmbed gives.

        Raises EmbedNotFoundException where it shows nothing there, ProviderUnavailable where it
        cannot be asked.
        """
        query = self.options | {"url": url, "format": "json", "maxwidth": max_width}
        try:
            answer = requests.get(self._get_endpoint(url), params=query, timeout=SECONDS)
            if 400 <= answer.status_code < 500 and answer.status_code != 429:
                raise EmbedNotFoundException(f"{answer.status_code} {answer.reason}")
            answer.raise_for_status()
            said = answer.json()
        except requests.RequestException as error:
            raise ProviderUnavailable(str(error)) from error
        if not isinstance(said, dict) or "type" not in said:
            raise ProviderUnavailable("The answer is not in the form of oEmbed.")
        return said


def fetch(url: str) -> bytes:
    """Return what lies at an address, of five megabytes at most.

    Raises ProviderUnavailable where it cannot be had, or is more.
    """
    try:
        with requests.get(url, timeout=SECONDS, stream=True) as answer:
            answer.raise_for_status()
            content = b""
            for chunk in answer.iter_content(64 * 1024):
                content += chunk
                if len(content) > MOST_BYTES:
                    raise ProviderUnavailable(f"More than {MOST_BYTES} bytes.")
            return content
    except requests.RequestException as error:
        raise ProviderUnavailable(str(error)) from error


embed_finder_class = OEmbedFinder
