"""A missing or malformed variable stops the start with a word that names it."""

import os
import re
import subprocess
import sys
from importlib import import_module
from inspect import getsource
from pathlib import Path

import pytest
from anymail import urls as anymail_urls
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection

import config
from config import email_url, env

ROOT = Path(__file__).parents[3]
COMPLETE = {
    "SECRET_KEY": "something",
    "BASE_URL": "http://localhost:8000",
    "DEFAULT_FROM_EMAIL": "Gazette <hello@example.org>",
}

# Readers are not followed by what a provider would put into mails.
UNTRACKED = {"track_opens": False, "track_clicks": False}


def start(**variables: str) -> subprocess.CompletedProcess:
    """Run ``manage.py check`` with these variables and no others of ours."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    unset = dict.fromkeys(env.EXPECTED, "") | {"DEBUG": "false"}
    defaults = {
        "DATABASE_URL": "sqlite:///var/tests.sqlite3",
        "CACHE_URL": "locmem://",
        "PAGE_CACHE_URL": "file://",
        "PAGE_CACHE_SHARED_SECONDS": "0",
        "CELERY_BROKER_URL": "filesystem://",
        "EMAIL_URL": "file://",
        "ALLOWED_HOSTS": "localhost",
        "MEDIA_ROOT": "var/media",
        "PRIVATE_MEDIA_ROOT": "var/private",
        "SENDFILE": "none",
        "STATIC_ROOT": "var/static",
        "PDF_SECONDS": "30",
        "PDF_MEMORY_MB": "1024",
        "PROXY_COUNT": "0",
        "TICK_SECONDS": "60",
        "SETTLE_SECONDS": "60",
        "LEASE_SECONDS": "300",
        "LATE_HOURS": "12",
        "KEEP_DELIVERIES_DAYS": "365",
        "KEEP_SPAM_DAYS": "30",
        "KEEP_CONTACT_MESSAGES_DAYS": "0",
        "LOG_FORMAT": "plain",
        "COMMENTS_PROOF_OF_WORK": "false",
        "LANGUAGES": "en-gb",
    }
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=kept | unset | defaults | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_packages_of_the_site_lie_under_site():
    assert Path(config.__file__).parent == ROOT / "site" / "config"


def test_a_start_with_the_few_needed_variables_succeeds():
    result = start(**COMPLETE)
    assert result.returncode == 0, result.stderr


def test_a_start_without_secret_key_says_what_it_should_be():
    result = start(**COMPLETE | {"SECRET_KEY": ""})
    assert result.returncode != 0
    assert "SECRET_KEY should be a long random text" in result.stderr


@pytest.mark.parametrize(
    ("read", "name", "value"),
    [
        (lambda: env.read("str", "SECRET_KEY"), "SECRET_KEY", ""),
        (lambda: env.read("bool", "DEBUG", default=False), "DEBUG", "perhaps"),
        *[
            (lambda: env.hosts("ALLOWED_HOSTS", default=["a"]), "ALLOWED_HOSTS", value)
            for value in ("", "https://a.org", "a.org/blog", "a.org:8000")
        ],
        *[
            (lambda: env.languages("LANGUAGES", default=["en-gb"]), "LANGUAGES", value)
            for value in ("", "english", "en-gb,de,de")
        ],
        *[
            (lambda: env.address("DEFAULT_FROM_EMAIL"), "DEFAULT_FROM_EMAIL", value)
            for value in ("", "nonsense", "Gazette <hello>")
        ],
        (lambda: env.number("PROXY_COUNT", 0, at_least=0), "PROXY_COUNT", "-1"),
        (lambda: env.number("PDF_MEMORY_MB", 1024, at_least=256), "PDF_MEMORY_MB", "128"),
        *[
            (
                lambda: env.folder_outside("PRIVATE_MEDIA_ROOT", ROOT, served=[Path("/srv/media")]),
                "PRIVATE_MEDIA_ROOT",
                value,
            )
            for value in ("/srv/media", "/srv/media/private", "/srv/x/../media/a")
        ],
        (lambda: env.number("TICK_SECONDS", 60, at_least=1), "TICK_SECONDS", "soon"),
        *[
            (lambda: env.base_url("BASE_URL"), "BASE_URL", value)
            for value in ("www.example.org", "https://", "ftp://example.org", "https://a.org/blog")
        ],
        *[
            (lambda: env.database("DATABASE_URL", "", ROOT), "DATABASE_URL", value)
            for value in ("nonsense", "mysql://localhost/a", "postgres://localhost", "sqlite://")
        ],
        *[
            (lambda: env.cache("CACHE_URL", ""), "CACHE_URL", value)
            for value in ("memcached://a", "nonsense")
        ],
        *[
            (lambda: env.page_cache("PAGE_CACHE_URL", "", ROOT), "PAGE_CACHE_URL", value)
            for value in ("", "memcached://a", "locmem://", "on")
        ],
        *[
            (lambda: env.broker("CELERY_BROKER_URL", "", ROOT), "CELERY_BROKER_URL", value)
            for value in ("sqs://", "redis://", "nonsense")
        ],
        *[
            (lambda: env.email("EMAIL_URL", "", ROOT), "EMAIL_URL", value)
            for value in (
                "nonsense",
                "smtp://",
                "smtp://host:port",
                "smtp://host?starttls=true",
                "smtp://host?tls=1",
                "smtp://host?tls",
                "smtp://host?tls=True",
                "smtp://host?tls=true&ssl=true",
                "mailgun://",
                "mailjet://onlyonekey",
                "pigeon://key",
            )
        ],
    ],
)
def test_a_wrong_value_is_refused_by_name(monkeypatch, read, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=f"^{name} should be "):
        read()


def test_languages_have_their_names_in_themselves(monkeypatch):
    monkeypatch.setenv("LANGUAGES", "en-gb, DE,he,zh-hans")
    names = {"en-gb": "English", "de": "Deutsch", "he": "עברית", "zh-hans": "简体中文"}
    assert dict(env.languages("LANGUAGES", default=["en-gb"])) == names
    monkeypatch.setenv("LANGUAGES", "en-gb,en-au")
    assert [name for _code, name in env.languages("LANGUAGES", default=["en-gb"])] == [
        "British English",
        "Australian English",
    ]


def test_no_error_repeats_a_password(monkeypatch):
    monkeypatch.setenv("EMAIL_URL", "smtp://user:hunter2@host:port")
    monkeypatch.setenv("EMAIL_WEBHOOK_SECRET", "hunter2")
    with pytest.raises(ImproperlyConfigured) as error:
        env.email("EMAIL_URL", "", ROOT)
    assert "hunter2" not in str(error.value)
    with pytest.raises(ImproperlyConfigured) as error:
        webhook()
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "smtp://us%40er:pass%3Aword@mail.example.org:587?tls=true",
            {
                "EMAIL_BACKEND": "newsletter.sending.smtp.EmailBackend",
                "EMAIL_HOST": "mail.example.org",
                "EMAIL_PORT": 587,
                "EMAIL_HOST_USER": "us@er",
                "EMAIL_HOST_PASSWORD": "pass:word",
                "EMAIL_USE_TLS": True,
                "EMAIL_USE_SSL": False,
            },
        ),
        (
            "mailgun://key-1@mg.example.org",
            {
                "EMAIL_BACKEND": "anymail.backends.mailgun.EmailBackend",
                "ANYMAIL": {
                    "MAILGUN_API_KEY": "key-1",
                    "MAILGUN_SENDER_DOMAIN": "mg.example.org",
                    "SEND_DEFAULTS": UNTRACKED,
                },
            },
        ),
        (
            "postmark://token",
            {
                "EMAIL_BACKEND": "anymail.backends.postmark.EmailBackend",
                "ANYMAIL": {"POSTMARK_SERVER_TOKEN": "token", "SEND_DEFAULTS": UNTRACKED},
            },
        ),
        (
            "mailjet://key:secret",
            {
                "EMAIL_BACKEND": "anymail.backends.mailjet.EmailBackend",
                "ANYMAIL": {
                    "MAILJET_API_KEY": "key",
                    "MAILJET_SECRET_KEY": "secret",
                    "SEND_DEFAULTS": UNTRACKED,
                },
            },
        ),
    ],
)
def test_mail_goes_where_the_url_says(monkeypatch, url, expected):
    monkeypatch.setenv("EMAIL_URL", url)
    settings = env.email("EMAIL_URL", "", ROOT)
    assert expected.items() <= settings.items()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "mailgun://key@mg.example.org?api_url=https://api.eu.mailgun.net/v3",
            {"MAILGUN_API_URL": "https://api.eu.mailgun.net/v3", "SEND_DEFAULTS": UNTRACKED},
        ),
        (
            "postmark://token?message_stream=broadcast&requests_timeout=60",
            {"POSTMARK_MESSAGE_STREAM": "broadcast", "REQUESTS_TIMEOUT": 60},
        ),
        (
            "sparkpost://key?subaccount=17&tags=news%20letter,weekly",
            {
                "SPARKPOST_SUBACCOUNT": "17",
                "SEND_DEFAULTS": {"tags": ["news letter", "weekly"], **UNTRACKED},
            },
        ),
        (
            'mailgun://key@mg.example.org?esp_extra={"o:ip-pool":"a"}',
            {"SEND_DEFAULTS": {"esp_extra": {"o:ip-pool": "a"}, **UNTRACKED}},
        ),
        ("brevo://key?workaround_display_name_bugs=false", {"BREVO_API_KEY": "key"}),
    ],
)
def test_the_parameters_of_a_provider_are_settings_of_anymail(monkeypatch, url, expected):
    monkeypatch.setenv("EMAIL_URL", url)
    assert expected.items() <= env.email("EMAIL_URL", "", ROOT)["ANYMAIL"].items()


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("mailgun://key@mg.example.org?region=eu", "It has no parameter region; there are api_url"),
        ("mailgun://key@mg.example.org?api_url=eu", "The parameter api_url should be an address"),
        ("mailgun://key@mg.example.org?api_url", "A parameter in it has no value"),
        ("postmark://token?message_stream=", "The parameter message_stream should not be empty"),
        ("postmark://token?message_stream=a&message_stream=b", "given twice"),
        ("postmark://token?track_opens=true", "The parameter track_opens cannot be set"),
        ("postmark://token?requests_timeout=soon", "requests_timeout should be a number of sec"),
        ("postmark://token?esp_extra=[]", "The parameter esp_extra should be a JSON object"),
        ("postmark://token@host", "Only Mailgun's has a domain"),
        ("postmark://token/stream", '"/" in a user name or password is written as %2F'),
        ("smtp://host?starttls=true", "It has no parameter starttls; there are tls, ssl, timeout"),
        ("smtp://host?tls=1", "The parameter tls should be true or false"),
        ("smtp://user:hun?ter2@host", '"\\?" in a user name or password is written as %3F'),
        ("smtp://user:hun#ter2@host", '"#" in a user name or password is written as %23'),
        ("file:///var/mail?keep=5", "It has no parameter keep; there are none"),
    ],
)
def test_a_parameter_that_nothing_reads_is_refused_by_name(monkeypatch, url, problem):
    monkeypatch.setenv("EMAIL_URL", url)
    with pytest.raises(ImproperlyConfigured, match=f"^EMAIL_URL should be .*{problem}") as error:
        env.email("EMAIL_URL", "", ROOT)
    assert "ter2" not in str(error.value)


def test_every_documented_setting_of_a_provider_is_a_parameter_or_reserved():
    """Anymail reads each of its settings by name: none of a provider we offer is out of reach."""
    for provider in email_url.PROVIDERS.values():
        module = import_module(f"anymail.backends.{provider.backend}")
        read = set(re.findall(r'get_anymail_setting\(\s*"(\w+)"', getsource(module)))
        settable = {*provider.keys, *provider.options, "api_url", "sender_domain"}
        ignored = {"username", "password"}  # SendGrid's, of an interface that is gone.
        assert read - ignored <= settable | email_url._RESERVED


def test_a_provider_of_the_table_has_a_backend_in_anymail(monkeypatch):
    from django.utils.module_loading import import_string

    for scheme, provider in email_url.PROVIDERS.items():
        monkeypatch.setenv("EMAIL_URL", f"{scheme}://{':'.join('key' for _ in provider.keys)}")
        assert import_string(env.email("EMAIL_URL", "", ROOT)["EMAIL_BACKEND"])


def webhook() -> dict:
    return env.webhook("EMAIL_WEBHOOK_SECRET", "EMAIL_WEBHOOK_KEY", "EMAIL_URL")


@pytest.mark.parametrize("url", [None, "smtp://host", "mailgun://key@mg.example.org"])
@pytest.mark.parametrize("value", [None, ""])
def test_without_a_secret_or_key_no_provider_may_tell_anything(monkeypatch, url, value):
    for name, text in {
        "EMAIL_URL": url,
        "EMAIL_WEBHOOK_SECRET": value,
        "EMAIL_WEBHOOK_KEY": value,
    }.items():
        if text is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, text)
    assert webhook() == {"MAIL_EVENTS_FROM": ""}


@pytest.mark.parametrize(
    ("url", "secret", "key", "expected"),
    [
        (
            "mailgun://key@mg.example.org",
            "",
            "signs",
            {
                "MAIL_EVENTS_FROM": "mailgun",
                "ANYMAIL_WEBHOOK_SECRET": "",
                "ANYMAIL_MAILGUN_WEBHOOK_SIGNING_KEY": "signs",
            },
        ),
        (
            "postmark://token",
            "user:password",
            "",
            {"MAIL_EVENTS_FROM": "postmark", "ANYMAIL_WEBHOOK_SECRET": "user:password"},
        ),
    ],
)
def test_a_provider_may_tell_what_it_can_vouch_for(monkeypatch, url, secret, key, expected):
    monkeypatch.setenv("EMAIL_URL", url)
    monkeypatch.setenv("EMAIL_WEBHOOK_SECRET", secret)
    monkeypatch.setenv("EMAIL_WEBHOOK_KEY", key)
    assert webhook() == expected


@pytest.mark.parametrize(
    ("url", "secret", "key", "named"),
    [
        ("smtp://host", "user:password", "", "EMAIL_WEBHOOK_SECRET"),
        ("file://", "", "key", "EMAIL_WEBHOOK_KEY"),
        ("postmark://token", "", "key", "EMAIL_WEBHOOK_KEY"),
        ("postmark://token", "nocolon", "", "EMAIL_WEBHOOK_SECRET"),
        ("postmark://token", ":password", "", "EMAIL_WEBHOOK_SECRET"),
        ("postmark://token", "user:", "", "EMAIL_WEBHOOK_SECRET"),
        ("postmark://token", "user:pass word", "", "EMAIL_WEBHOOK_SECRET"),
        ("mailgun://key@mg.example.org", "user:password", "", "EMAIL_WEBHOOK_KEY"),
    ],
)
def test_a_secret_or_key_that_does_not_serve_is_refused_by_name(
    monkeypatch, url, secret, key, named
):
    monkeypatch.setenv("EMAIL_URL", url)
    monkeypatch.setenv("EMAIL_WEBHOOK_SECRET", secret)
    monkeypatch.setenv("EMAIL_WEBHOOK_KEY", key)
    with pytest.raises(ImproperlyConfigured, match=f"^{named} should be "):
        webhook()


@pytest.mark.parametrize(
    ("provider", "package"), [("resend", "svix"), ("sendgrid", "cryptography")]
)
def test_a_key_that_cannot_be_checked_is_refused(monkeypatch, provider, package):
    monkeypatch.setenv("EMAIL_URL", f"{provider}://key")
    monkeypatch.setenv("EMAIL_WEBHOOK_SECRET", "")
    monkeypatch.setenv("EMAIL_WEBHOOK_KEY", "whsec_key")
    monkeypatch.setattr(env, "find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match=f"Install the package {package}"):
        webhook()
    monkeypatch.setattr(env, "find_spec", lambda name: name)
    assert webhook()["MAIL_EVENTS_FROM"] == provider


def test_a_provider_of_the_table_tells_at_an_address_of_its_own():
    names = {pattern.name for pattern in anymail_urls.urlpatterns}
    for provider in email_url.PROVIDERS.values():
        assert f"{provider.backend}_tracking_webhook" in names


def test_sqlite_writes_at_once_and_with_a_log(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "sqlite:///var/db.sqlite3")
    settings = env.database("DATABASE_URL", "", tmp_path)
    assert settings["NAME"] == str(tmp_path / "var/db.sqlite3")
    assert settings["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in settings["OPTIONS"]["init_command"]


def test_the_embedded_broker_lies_where_the_url_says(monkeypatch, tmp_path):
    monkeypatch.setenv("CELERY_BROKER_URL", f"filesystem://{tmp_path}/broker")
    settings = env.broker("CELERY_BROKER_URL", "", ROOT)
    options = settings["CELERY_BROKER_TRANSPORT_OPTIONS"]
    assert options["data_folder_in"] == options["data_folder_out"]
    folders = (options["data_folder_in"], options["control_folder"])
    assert {Path(folder).parent for folder in folders} == {tmp_path / "broker"}


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("", {}),
        (
            "smtp://user:pass@other.example.net:587?tls=true",
            {
                "backend": "newsletter.sending.smtp.EmailBackend",
                "host": "other.example.net",
                "port": 587,
                "username": "user",
                "password": "pass",
                "use_tls": True,
                "use_ssl": False,
                "timeout": 30,
            },
        ),
        (
            "file:///srv/alerts",
            {"backend": "localmail.backend.EmailBackend", "folder": Path("/srv/alerts")},
        ),
    ],
)
def test_a_second_mail_server_is_that_of_its_url(monkeypatch, url, options):
    monkeypatch.setenv("ALERT_EMAIL_URL", url)
    assert env.second_email("ALERT_EMAIL_URL", ROOT) == options


@pytest.mark.parametrize(
    ("url", "attribute"),
    [
        ("mailgun://other@mg.example.net", "api_key"),
        ("postmark://other", "server_token"),
        ("mailjet://other:secret", "api_key"),
        ("resend://other", "api_key"),
    ],
)
def test_a_second_provider_has_its_own_key(monkeypatch, settings, url, attribute):
    monkeypatch.setenv("ALERT_EMAIL_URL", url)
    backend = get_connection(**env.second_email("ALERT_EMAIL_URL", ROOT))
    assert getattr(backend, attribute) == "other"
    assert backend.send_defaults["track_opens"] is False


def test_a_second_mail_server_that_cannot_be_read_is_refused_by_name(monkeypatch):
    monkeypatch.setenv("ALERT_EMAIL_URL", "smtp:/nowhere")
    with pytest.raises(ImproperlyConfigured, match="ALERT_EMAIL_URL"):
        env.second_email("ALERT_EMAIL_URL", ROOT)
