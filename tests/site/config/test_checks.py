"""What ``manage.py check`` says of settings that would harm a live site."""

import pytest
from django.core.checks import run_checks
from wagtail.models import Site


def ids(**kwargs) -> set[str]:
    return {message.id for message in run_checks(**kwargs)}


def test_mail_that_would_stay_on_the_machine_is_warned_of(settings):
    settings.EMAIL_BACKEND = "localmail.backend.EmailBackend"
    assert "gazette.W001" in ids(include_deployment_checks=True)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert "gazette.W001" not in ids(include_deployment_checks=True)


def test_an_address_without_https_is_warned_of(settings):
    settings.BASE_URL = "http://www.example.org"
    assert "gazette.W002" in ids(include_deployment_checks=True)
    settings.BASE_URL = "https://www.example.org"
    assert "gazette.W002" not in ids(include_deployment_checks=True)


def test_a_site_with_tls_and_no_proxy_counted_is_warned_of(settings):
    settings.BASE_URL, settings.PROXY_COUNT = "https://www.example.org", 0
    assert "gazette.W004" in ids(include_deployment_checks=True)
    settings.PROXY_COUNT = 1
    assert "gazette.W004" not in ids(include_deployment_checks=True)


@pytest.mark.parametrize(
    ("broker", "backend", "is_warned_of"),
    [
        ("redis://queue.example.org/1", "filebased.FileBasedCache", True),
        ("redis://queue.example.org/1", "redis.RedisCache", False),
        ("redis://queue.example.org/1", "dummy.DummyCache", False),
        ("filesystem://localhost", "filebased.FileBasedCache", False),
    ],
)
def test_pages_kept_on_one_of_several_machines_are_warned_of(
    settings, tmp_path, broker, backend, is_warned_of
):
    settings.CELERY_BROKER_URL = broker
    pages = {"BACKEND": f"django.core.cache.backends.{backend}", "LOCATION": str(tmp_path)}
    settings.CACHES = settings.CACHES | {"pages": pages}
    assert ("gazette.W005" in ids(include_deployment_checks=True)) is is_warned_of


@pytest.mark.django_db
def test_a_site_at_another_address_than_base_url_is_warned_of(home):
    assert "gazette.W003" not in ids(databases=["default"])
    Site.objects.update(hostname="elsewhere.example.org")
    assert "gazette.W003" in ids(databases=["default"])


def test_a_suppression_list_that_depends_on_an_earlier_key_is_warned_of(settings):
    settings.SECRET_KEY_FALLBACKS = ["an earlier key"]
    settings.SUPPRESSION_KEY = "an earlier key"
    assert "gazette.W006" in ids(include_deployment_checks=True)
    settings.SUPPRESSION_KEY = "a key of its own"
    assert "gazette.W006" not in ids(include_deployment_checks=True)
