"""Proof of work: a browser shows that it took the trouble, and no third party is asked.

Off unless the site's operator switches it on. Without JavaScript there is no proof; such a comment
is taken all the same, and waits for a moderator whoever wrote it.
"""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache
from django_altcha import AltchaChallengeView, AltchaField

from core.guards import read_only

# About a second of a telephone's work.
MOST_GUESSES = 50_000


class ProofField(AltchaField):
    """Whether the browser has proved its work. A proof that is missing or wrong is no error."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            challengeurl=reverse_lazy("comments:challenge"),
            maxnumber=MOST_GUESSES,
            auto="onfocus",
            hidelogo=True,
            hidefooter=True,
            **kwargs,
        )

    def clean(self, value: str) -> bool:
        try:
            super().clean(value)
        except ValidationError:
            return False
        return True


@read_only
@never_cache
def challenge(request: HttpRequest) -> HttpResponse:
    """Give a browser a task that costs it about a second; where the site asks for none, 404."""
    if not settings.COMMENTS_PROOF_OF_WORK:
        raise Http404("This site asks for no proof of work.")
    return AltchaChallengeView.as_view(max_number=MOST_GUESSES)(request)
