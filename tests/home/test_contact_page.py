"""What visitors write on a contact page: kept, mailed, and safe to read."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text

from core.guards import new_stamp
from home import tasks
from home.models import ContactField, ContactMessage, ContactPage

pytestmark = pytest.mark.django_db
FIELDS = (("Name", "singleline"), ("Email", "email"), ("Message", "multiline"))
BROKEN = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def make(home):
    """Makes a contact page with fields of the kinds given."""

    def make(*fields: tuple[str, str], **kwargs) -> ContactPage:
        words = {"title": "Contact", "slug": "contact", "to_address": "desk@example.org"}
        page = ContactPage(**{**words, **kwargs})
        page.form_fields = [
            ContactField(label=label, field_type=kind, choices="One\nTwo", required=kind != "url")
            for label, kind in fields or FIELDS
        ]
        home.add_child(instance=page)
        return page

    return make


@pytest.fixture
def page(make) -> ContactPage:
    return make()


@pytest.fixture
def send(client, django_capture_on_commit_callbacks):
    """Sends the form as a visitor does who took a minute to fill it in."""

    def send(page: ContactPage, headers=None, **data):
        written = {"name": "Ana", "email": "ana@example.com", "message": "Hello.\nBye."}
        now = timezone.now()
        with time_machine.travel(now - timedelta(minutes=1), tick=False):
            written["stamp"] = new_stamp()
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(page.url, {**written, **data}, headers=headers)

    return send


@pytest.fixture
def no_mail(settings):
    """Has the mail server gone."""
    settings.EMAIL_BACKEND = BROKEN
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1


class TestSending:
    def test_a_message_is_kept_and_mailed(self, send, page):
        answer = send(page)
        assert answer.status_code == 302
        message = ContactMessage.objects.get()
        assert message.form_data == {
            "name": "Ana",
            "email": "ana@example.com",
            "message": "Hello.\nBye.",
        }
        assert message.mailed_at
        (sent,) = mail.outbox
        assert sent.to == ["desk@example.org"]
        assert sent.reply_to == ["ana@example.com"]
        assert sent.subject == "Contact"
        assert "Name:\n    Ana" in sent.body
        assert "    Hello.\n    Bye." in sent.body
        assert f"http://localhost/admin/forms/submissions/{page.pk}/" in sent.body

    def test_the_thanks_can_be_reloaded_and_send_nothing_again(self, client, send, page):
        page.thanks = "<p>We <b>answer</b> within a week.</p>"
        page.save()
        address = send(page).url
        for _ in range(2):
            answer = client.get(address)
            assert answer.status_code == 200
            assert "within a week" in answer.content.decode()
        assert ContactMessage.objects.count() == len(mail.outbox) == 1

    def test_all_addresses_of_the_page_get_it(self, send, make):
        send(make(to_address="desk@example.org, editor@example.org"))
        assert mail.outbox[0].to == ["desk@example.org", "editor@example.org"]

    def test_with_no_address_it_is_kept_alone(self, send, make):
        send(make(to_address=""))
        tasks.mail_waiting_messages()
        assert ContactMessage.objects.count() == 1
        assert not mail.outbox

    def test_without_an_address_of_the_visitor_there_is_nobody_to_reply_to(self, send, make):
        send(make(("Message", "multiline")))
        assert mail.outbox[0].reply_to == []

    def test_every_kind_of_field_can_be_filled_in(self, client, send, make):
        kinds = {
            "singleline": ("a", "a"),
            "multiline": ("b", "b"),
            "email": ("c@example.org", "c@example.org"),
            "number": ("1.5", "1.5"),
            "url": ("https://example.org/", "https://example.org/"),
            "checkbox": ("on", True),
            "checkboxes": (["One", "Two"], ["One", "Two"]),
            "dropdown": ("Two", "Two"),
            "multiselect": (["One"], ["One"]),
            "radio": ("One", "One"),
            "date": ("2026-11-24", "2026-11-24"),
            "datetime": ("2026-11-24T10:30", "2026-11-24T10:30:00Z"),
            "hidden": ("d", "d"),
        }
        page = make(*[(f"Field {kind}", kind) for kind in kinds])
        html = client.get(page.url).content.decode()
        for kind in kinds:
            assert f'name="field_{kind}"' in html
        send(page, **{f"field_{kind}": given for kind, (given, _) in kinds.items()})
        kept = ContactMessage.objects.get().form_data
        assert kept == {f"field_{kind}": value for kind, (_, value) in kinds.items()}
        assert "Field checkboxes:\n    One, Two" in mail.outbox[0].body
        assert "Field checkbox:\n    yes" in mail.outbox[0].body

    def test_a_field_may_have_the_name_of_one_of_the_guards(self, send, make):
        page = make(("URL", "singleline"), ("Stamp", "singleline"))
        assert send(page, url_="mine", stamp_="penny").status_code == 302
        assert ContactMessage.objects.get().form_data == {"url_": "mine", "stamp_": "penny"}


class TestRefusing:
    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ({"email": "ana@"}, "Enter a valid email address."),
            ({"email": ""}, "This field is required."),
            ({"email": "ana@example.com\nBcc: all@example.com"}, "Enter a valid email address."),
            ({"message": "x" * 10_001}, "at most 10000 characters"),
            ({"message": "\x00"}, "Null characters are not allowed."),
            ({"name": "x" * 256}, "at most 255 characters"),
            ({"stamp": "forged"}, "Please send it once more."),
            ({"stamp": new_stamp}, "That was very quick."),
        ],
    )
    def test_bad_input_is_named_and_what_was_typed_is_kept(self, send, page, data, words):
        data = {name: value() if callable(value) else value for name, value in data.items()}
        answer = send(page, **{"name": "Ana Reis", **data})
        html = answer.content.decode()
        assert answer.status_code == 422
        assert words in html
        assert "Please check the form" in html
        if "name" not in data:
            assert 'value="Ana Reis"' in html
        assert not ContactMessage.objects.exists()
        assert not mail.outbox

    def test_a_machine_that_fills_the_honeypot_is_answered_as_a_person_and_ignored(
        self, client, send, page
    ):
        answer = send(page, url="https://spam.example.com")
        assert client.get(answer.url).status_code == 200
        assert not ContactMessage.objects.exists()

    def test_a_flood_from_one_address_is_held_off(self, send, page):
        answers = [send(page).status_code for _ in range(12)]
        assert answers == [302] * 10 + [429] * 2
        assert ContactMessage.objects.count() == 10

    @pytest.mark.parametrize(
        "headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}]
    )
    def test_a_form_that_another_site_sent_is_refused(self, send, page, headers):
        assert send(page, headers=headers).status_code == 403
        assert not ContactMessage.objects.exists()

    def test_no_token_in_a_cookie_is_asked_for(self, page, django_capture_on_commit_callbacks):
        from django.test import Client

        strict = Client(enforce_csrf_checks=True)
        assert not strict.get(page.url).cookies
        answer = strict.post(page.url, {"name": "Ana"}, headers={"sec-fetch-site": "same-origin"})
        assert answer.status_code == 422
        assert not answer.cookies

    def test_a_page_that_is_withdrawn_takes_nothing(self, client, send, page):
        page.unpublish()
        assert send(page).status_code == 404
        assert client.get(f"{page.url}sent/").status_code == 404
        assert not ContactMessage.objects.exists()


class TestMailing:
    def test_words_of_a_visitor_make_no_header(self, send, make):
        page = make(("Subject", "singleline"), ("Email", "email"), subject="From\r\nBcc: a@b.c")
        send(page, subject="Hi\r\nBcc: all@example.com")
        message = mail.outbox[0].message()
        assert message["Subject"] == "From Bcc: a@b.c"
        assert "Bcc" not in message
        assert mail.outbox[0].recipients() == ["desk@example.org"]

    def test_a_mail_server_that_is_gone_loses_no_message(self, send, page, no_mail, caplog):
        assert send(page).status_code == 302
        message = ContactMessage.objects.get()
        assert message.mailed_at is None
        assert "could not be mailed" in caplog.text

    def test_what_could_not_be_mailed_is_mailed_later(self, send, page, settings, request):
        works = settings.EMAIL_BACKEND
        request.getfixturevalue("no_mail")
        send(page)
        settings.EMAIL_BACKEND = works
        tasks.mail_waiting_messages()
        assert not mail.outbox, "Not before the pause is over."
        with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
            tasks.mail_waiting_messages()
            tasks.mail_waiting_messages()
        assert len(mail.outbox) == 1
        assert ContactMessage.objects.get().mailed_at

    def test_message_is_given_up_after_a_week(self, send, page, no_mail):
        send(page)
        now = timezone.now()
        for hours in range(1, 200):
            with time_machine.travel(now + timedelta(hours=hours), tick=False):
                tasks.mail_waiting_messages()
        assert ContactMessage.objects.get().tries == 1 + 7 * 24 - 1

    def test_two_workers_do_not_mail_the_same_message(self, send, page):
        ContactMessage.objects.create(page=page, form_data={}, next_try_at=timezone.now())
        one, other = (ContactMessage.objects.get() for _ in range(2))
        assert [one.claim(timezone.now()), other.claim(timezone.now())] == [True, False]

    def test_a_broker_that_is_gone_loses_no_message(self, send, page, monkeypatch, caplog):
        def refuse(*args: object) -> None:
            raise ConnectionError

        monkeypatch.setattr(tasks.mail_message, "delay", refuse)
        assert send(page).status_code == 302
        tasks.mail_waiting_messages()
        assert len(mail.outbox) == 1


class TestReading:
    def test_messages_are_listed_for_editors(self, admin_client, send, page):
        send(page, name="<script>alert(1)</script>")
        html = admin_client.get(f"/admin/forms/submissions/{page.pk}/").content.decode()
        assert "ana@example.com" in html
        assert "<script>alert" not in html
        assert "Mailed" in html

    def test_strangers_do_not_read_them(self, client, page):
        assert client.get(f"/admin/forms/submissions/{page.pk}/").status_code == 302


@pytest.mark.parametrize(("days", "left"), [(0, 2), (90, 1)])
def test_old_messages_are_deleted_where_that_is_wanted(settings, page, days, left):
    settings.CONTACT_KEEP_DAYS = days
    old, _new = (ContactMessage.objects.create(page=page, form_data={}) for _ in range(2))
    long_ago = timezone.now() - timedelta(days=91)
    ContactMessage.objects.filter(pk=old.pk).update(submit_time=long_ago)
    tasks.delete_old_messages()
    assert ContactMessage.objects.count() == left


class TestEditing:
    def test_an_editor_makes_a_page(self, admin_client, client, home):
        field = {
            "label": "Message", "help_text": "", "required": "on", "field_type": "multiline",
            "choices": "", "default_value": "",
        }  # fmt: skip
        values = {
            "title": "Write", "slug": "write", "intro": "Do.", "thanks": rich_text("<p>Ta.</p>"),
            "to_address": "a@example.org", "subject": "", "form_fields": inline_formset([field]),
            "comments": inline_formset([]), "action-publish": "1",
        }  # fmt: skip
        address = f"/admin/pages/add/home/contactpage/{home.pk}/"
        bad = nested_form_data({**values, "to_address": "a@example.org, nobody"})
        assert "to_address" in admin_client.post(address, bad).context["form"].errors
        assert admin_client.post(address, nested_form_data(values)).status_code == 302
        assert 'name="message"' in client.get("/write/").content.decode()

    @pytest.mark.parametrize("mode", ["", "landing"])
    def test_the_form_and_the_thanks_are_previewed(self, page, mode):
        answer = page.make_preview_request(preview_mode=mode)
        assert answer.status_code == 200
        assert ("<form" if mode == "" else "Thank you") in answer.content.decode()


def test_the_page_sets_no_cookie_and_is_the_same_for_all(client, page):
    answer = client.get(page.url)
    assert not answer.cookies
    assert "csrfmiddlewaretoken" not in answer.content.decode()
