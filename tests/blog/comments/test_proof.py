"""Proof of work, where the site asks for it."""

import base64
import json

import altcha
import pytest
from django.urls import reverse

from blog.models import Comment
from core.models import SiteSettings
from tests.factories import CommentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def switched_on(settings, home, post):
    """The site asks for proof, and would trust the address that writes."""
    settings.COMMENTS_PROOF_OF_WORK = True
    SiteSettings.objects.update_or_create(
        site=home.get_site(), defaults={"comments_trusted_after": 1}
    )
    CommentFactory(post=post, email="ana@example.com")


def proof(client) -> str:
    """Return what a browser sends once it has solved the challenge."""
    task = client.get(reverse("comments:challenge")).json()
    solution = altcha.solve_challenge(
        task["challenge"], task["salt"], task["algorithm"], task["max_number"]
    )
    names = ("algorithm", "challenge", "salt", "signature")
    answer = {name: task[name] for name in names} | {"number": solution.number, "took": 1}
    return base64.b64encode(json.dumps(answer).encode()).decode()


def states() -> list[str]:
    return list(Comment.objects.order_by("pk").values_list("state", flat=True))[1:]


def test_with_a_proof_who_is_trusted_is_published_at_once(client, write):
    write(proof=proof(client))
    assert states() == ["approved"]


def test_without_a_proof_a_comment_is_taken_and_waits_whoever_wrote_it(post, write):
    assert write().url == reverse("comments:thanks", args=[post.pk])
    assert states() == ["waiting"]


@pytest.mark.parametrize("made_up", ["x", "e30=", "\x00", "bnVsbA==", "W10="])
def test_a_made_up_proof_counts_for_nothing(write, made_up):
    write(proof=made_up)
    assert states() == ["waiting"]


def test_a_proof_counts_once(client, write):
    used = proof(client)
    write("One.", proof=used)
    write("Two.", proof=used)
    assert states() == ["approved", "waiting"]


def test_an_old_proof_counts_for_nothing(client, write, clock):
    old = proof(client)
    clock.shift(60 * 60)
    write(proof=old)
    assert states() == ["waiting"]


def test_the_script_comes_from_this_site_and_no_cookie_is_set(client, post):
    html = client.get(post.url).content.decode()
    assert 'src="/static/altcha/altcha.min.js"' in html
    assert f'challengeurl="{reverse("comments:challenge")}"' in html
    assert "http" not in html[html.index("<altcha-widget") :].split("</altcha-widget>")[0]
    client.get(reverse("comments:challenge"))
    assert not client.cookies


def test_switched_off_there_is_no_script_and_no_challenge(client, post, settings):
    settings.COMMENTS_PROOF_OF_WORK = False
    assert b"altcha" not in client.get(post.url).content
    assert client.get(reverse("comments:challenge")).status_code == 404
