"""The preview of what a cohort gets."""

import pytest
from django.urls import reverse

from core import mail
from newsletter.digests import rendering
from tests.factories import BatchFactory, CohortFactory, DeliveryFactory, DigestFactory, PostFactory

from .conftest import is_refused

POLICY = "sandbox allow-popups allow-popups-to-escape-sandbox"


@pytest.fixture
def cohort(newsletter, section):
    post = PostFactory(parent=section, title="Rain & <Snow>", standfirst="Of weather.")
    return CohortFactory(digest=DigestFactory(newsletter=newsletter), posts=[post])


def page_url(cohort) -> str:
    return reverse("newsletter_digests:cohort", args=[cohort.pk])


def html_url(cohort) -> str:
    return reverse("newsletter_digests:cohort_html", args=[cohort.pk])


def text_of(client, url: str) -> str:
    return client.get(url).content.decode()


def test_a_cohort_shows_its_size_subject_and_plain_text(admin_client, cohort):
    batch = BatchFactory(cohort=cohort)
    DeliveryFactory.create_batch(2, digest=cohort.digest, batch=batch)
    page = text_of(admin_client, page_url(cohort))
    assert "<h2>Rain &amp; &lt;Snow&gt;</h2>" in page
    assert "2 subscribers get this." in page
    assert "Of weather." in page


def test_the_html_is_shown_in_a_sandboxed_frame(admin_client, cohort):
    page = text_of(admin_client, page_url(cohort))
    assert f'src="{html_url(cohort)}"' in page
    assert f'sandbox="{POLICY.removeprefix("sandbox ")}"' in page


def test_nothing_of_the_html_runs_in_the_admin(admin_client, cohort):
    response = admin_client.get(html_url(cohort))
    assert response["Content-Security-Policy"] == POLICY
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "Of weather." in response.content.decode()


def test_slots_are_filled_with_examples(admin_client, cohort):
    for url in (page_url(cohort), html_url(cohort)):
        page = text_of(admin_client, url)
        assert "Hello [name]," in page
        assert "https://example.com/example-link-to-leave" in page
        assert "slot-" not in page


def test_a_preview_saves_nothing(admin_client, cohort):
    admin_client.get(page_url(cohort))
    admin_client.get(html_url(cohort))
    cohort.refresh_from_db()
    assert cohort.html == ""


def test_what_was_rendered_is_shown_as_it_was(admin_client, cohort):
    rendering.render(cohort)
    cohort.posts.update(live=False)
    assert "Of weather." in text_of(admin_client, html_url(cohort))


def test_a_cohort_whose_posts_were_withdrawn_has_nothing_to_show(admin_client, cohort):
    cohort.posts.update(live=False)
    assert "none of its posts may be mailed any more" in text_of(admin_client, page_url(cohort))
    assert admin_client.get(html_url(cohort)).status_code == 404


def test_why_a_mail_cannot_be_rendered_is_shown(admin_client, cohort, monkeypatch):
    def fail(source: str) -> str:
        raise ValueError("unexpected end of stream")

    monkeypatch.setattr(mail, "compile_mjml", fail)
    page = text_of(admin_client, page_url(cohort))
    assert "This mail cannot be rendered: ValueError: unexpected end of stream" in page


def test_a_cohort_that_does_not_exist_is_not_found(admin_client, db):
    for name in ("cohort", "cohort_html"):
        url = reverse(f"newsletter_digests:{name}", args=[999])
        assert admin_client.get(url).status_code == 404


def test_strangers_are_sent_to_the_login(client, cohort):
    for url in (page_url(cohort), html_url(cohort)):
        assert client.get(url).url.startswith("/admin/login/")


def test_editors_without_permission_are_refused(client_of, cohort):
    editor = client_of("view_subscriber", "change_newsletter")
    for url in (page_url(cohort), html_url(cohort)):
        assert is_refused(editor.get(url))
