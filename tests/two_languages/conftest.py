"""A site in English whose pages are translated into German, as its editors do it."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from wagtail.models import Locale
from wagtail_localize.models import Translation

from tests.factories import AuthorFactory, PostFactory, TopicFactory
from tests.two_languages import WORDS


@pytest.fixture
def german(db) -> Locale:
    return Locale.objects.create(language_code="de")


@pytest.fixture
def translate(german, admin_client, django_capture_on_commit_callbacks) -> Callable[..., None]:
    """Submit a page or snippet for translation, hand in what translators wrote, and publish it."""

    def translated(source: object, words: dict[str, str]) -> object:
        _submit(admin_client, source, german)
        with django_capture_on_commit_callbacks(execute=True):
            for translation in Translation.objects.filter(target_locale=german):
                _hand_in(admin_client, translation, words)
        return source.get_translation(german)

    return translated


@pytest.fixture
def topic():
    return TopicFactory(name="Sleep", slug="sleep")


@pytest.fixture
def author():
    return AuthorFactory(name="Ana Reis", slug="ana-reis")


@pytest.fixture
def post(section, topic, author):
    return PostFactory(
        parent=section,
        title="The long night",
        slug="the-long-night",
        topics=[topic],
        authors=[author],
    )


@pytest.fixture
def translated(home, post, translate):
    """The post in German, after the whole site was translated."""
    translate(home, WORDS)
    return post.get_translations().get()


def _submit(client, source, locale) -> None:
    kind = "page" if hasattr(source, "url_path") else "snippet"
    meta = source._meta
    where = [source.pk] if kind == "page" else [meta.app_label, meta.model_name, source.pk]
    url = reverse(f"wagtail_localize:submit_{kind}_translation", args=where)
    answer = client.post(url, {"locales": [locale.pk], "include_subtree": "on"})
    assert answer.status_code == 302, answer.content.decode()


def _hand_in(client, translation, words: dict[str, str]) -> None:
    file = translation.export_po()
    for entry in file:
        entry.msgstr = words.get(entry.msgid, "")
    url = reverse("wagtail_localize:upload_pofile", args=[translation.pk])
    upload = SimpleUploadedFile("de.po", str(file).encode(), "text/x-gettext-translation")
    assert client.post(url, {"file": upload, "next": "/"}).status_code == 302
    edit_url = translation.get_target_instance_edit_url()
    assert client.post(edit_url, {"action": "publish"}).status_code == 302
