import re

import pytest
from django.core.mail import EmailMultiAlternatives, send_mail
from django.test import Client
from django.urls import reverse

from localmail import store

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mailbox")]

SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
ONE_CLICK = {
    "List-Unsubscribe": "<mailto:leave@example.org>, <https://example.org/leave/?a=1&b=2>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}


@pytest.fixture
def send(mailbox):
    """Sends a message and gives its id."""

    def send(subject="Hello", text="Text", html=None, to="a@example.org", headers=None):
        mail = EmailMultiAlternatives(subject, text, "from@example.org", [to], headers=headers)
        if html is not None:
            mail.attach_alternative(html, "text/html")
        mail.send()
        return store.message_ids(mailbox)[0]

    return send


def address(name, *args):
    return reverse(f"mailbox:{name}", args=args)


def get(client, name, *args, **query):
    response = client.get(address(name, *args), query)
    assert response.status_code == 200
    return response.content.decode()


def subjects(html):
    return re.findall(r'class="subject"[^>]*>([^<]*)<', html)


def current_tab(html):
    return re.search(r'aria-current="page">(\w+)<', html)[1]


def test_without_debug_no_page_exists(client, send, settings, mailbox):
    message_id = send(html="<p>Hello</p>")
    settings.DEBUG = False

    for name in ("message", "frame", "download"):
        assert client.get(address(name, message_id)).status_code == 404
    assert client.get(address("tab", message_id, "source")).status_code == 404
    assert client.get(address("list")).status_code == 404
    assert client.post(address("empty")).status_code == 404
    assert store.message_ids(mailbox) == [message_id]


def test_where_mail_is_really_sent_there_is_no_mailbox(client, settings):
    del settings.MAILBOX_DIR

    assert client.get(address("list")).status_code == 404


def test_an_empty_mailbox_says_so(client):
    assert "No mail yet" in get(client, "list")


def test_the_list_shows_the_newest_first_with_their_envelope(client, send):
    send("First", to="Ann <ann@example.org>")
    send("Second & <last>")

    html = get(client, "list")
    assert subjects(html) == ["Second &amp; &lt;last&gt;", "First"]
    assert "ann@example.org" in html


def test_the_list_shows_fifty_a_page(client, send):
    for number in range(51):
        send(f"No. {number}")

    assert len(subjects(get(client, "list"))) == 50
    assert subjects(get(client, "list", page=2)) == ["No. 0"]
    assert subjects(get(client, "list", page="nonsense"))[0] == "No. 50"


def test_search_looks_at_recipients_and_subjects_and_stays_on_when_paging(client, send):
    send("Welcome", to="ann@example.org")
    send("Hello Ann", to="ben@example.org")
    send("Hello", text="Ann", to="ben@example.org")
    for _ in range(50):
        send("R&D", to="crowd@example.org")

    assert subjects(get(client, "list", q=" ann ")) == ["Hello Ann", "Welcome"]
    assert "0 messages" in get(client, "list", q="nobody")
    assert "Page 1 of" not in get(client, "list", q="R&D")
    send("R&D")
    assert "?q=R%26D&amp;page=2" in get(client, "list", q="R&D")


def test_pages_are_kept_by_no_cache(client, send):
    assert "no-store" in client.get(address("message", send())).headers["Cache-Control"]


def test_a_message_opens_as_html_or_else_as_text(client, send):
    assert current_tab(get(client, "message", send(html="<p>Hello</p>"))) == "HTML"
    assert current_tab(get(client, "message", send())) == "Text"


def test_each_view_of_a_message_is_a_link_that_needs_no_script(client, send):
    message_id = send(html="<p>Hello</p>")
    html = get(client, "message", message_id)

    assert "<script" not in html
    for tab, label in (("text", "Text"), ("headers", "Headers"), ("source", "Source")):
        assert f'href="{address("tab", message_id, tab)}"' in html
        assert current_tab(get(client, "tab", message_id, tab)) == label


def test_a_missing_part_is_named(client, send):
    text_only = send()

    assert "no HTML part" in get(client, "tab", text_only, "html")
    assert client.get(address("frame", text_only)).status_code == 404


@pytest.mark.parametrize("message_id", ["20260101T000000000000Z-00000000", "no-id", "..%2Fx"])
def test_an_unknown_message_or_view_is_not_found(client, send, message_id):
    for name in ("message", "frame", "download"):
        assert client.get(address(name, message_id)).status_code == 404
    assert client.get(address("tab", send(), "nonsense")).status_code == 404


def test_html_is_shown_in_a_sandboxed_frame_that_runs_no_script(client, send):
    message_id = send(html="<p>Hello</p><script>alert(1)</script>")

    html = get(client, "message", message_id)
    assert f'src="{address("frame", message_id)}" sandbox="{SANDBOX}"' in html
    assert "alert(1)" not in html
    frame = client.get(address("frame", message_id))
    policy = frame.headers["Content-Security-Policy"]
    assert policy == f"sandbox {SANDBOX}; script-src 'none'"
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize(
    ("html", "framed"),
    [
        ("<p>x</p>", '<base target="_blank"><p>x</p>'),
        (
            '<!DOCTYPE html><html><head id="h"><title>T</title></head>',
            '<!DOCTYPE html><html><head id="h"><base target="_blank"><title>T</title></head>',
        ),
        (
            "<!doctype html><html><header>x</header></html>",
            '<!doctype html><html><base target="_blank"><header>x</header></html>',
        ),
        ("<!doctype html><p>x", '<!doctype html><base target="_blank"><p>x'),
        (
            '<A class="b" target="_top" href="/x?target=1">y</A>',
            '<base target="_blank"><A class="b" href="/x?target=1">y</A>',
        ),
    ],
)
def test_links_in_html_open_in_a_new_tab(client, send, html, framed):
    assert get(client, "frame", send(html=html)).strip() == framed


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "Confirm: https://example.org/c/ab:cd-_%2F/?x=1&y=%20=.",
            'Confirm: <a href="https://example.org/c/ab:cd-_%2F/?x=1&amp;y=%20=">'
            "https://example.org/c/ab:cd-_%2F/?x=1&amp;y=%20=</a>.",
        ),
        (
            "(see http://a.org/b) <http://c.org/>",
            '(see <a href="http://a.org/b">http://a.org/b</a>) '
            '&lt;<a href="http://c.org/">http://c.org/</a>&gt;',
        ),
        (
            "https://a.org/b_(c) {0} <b>",
            '<a href="https://a.org/b_(c)">https://a.org/b_(c)</a> {0} &lt;b&gt;',
        ),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_addresses_in_text_are_links_to_the_letter(client, send, text, shown):
    assert f'<pre class="paper">{shown}</pre>' in get(client, "tab", send(text=text), "text")


def test_headers_and_source_show_decoded_and_raw_fields(client, send):
    message_id = send("Grüße <b>")

    assert "<dd>Grüße &lt;b&gt;</dd>" in get(client, "tab", message_id, "headers")
    source = get(client, "tab", message_id, "source")
    assert "Subject: =?utf-8?" in source
    assert "X-Envelope-To: a@example.org" in source


def test_the_download_is_the_message_as_it_was_kept(client, send, mailbox):
    message_id = send()

    response = client.get(address("download", message_id))
    assert response.headers["Content-Type"] == "message/rfc822"
    assert f'filename="{message_id}.eml"' in response.headers["Content-Disposition"]
    assert b"".join(response) == (mailbox / f"{message_id}.eml").read_bytes()


def test_one_click_unsubscribe_is_a_form_that_posts_to_the_list(client, send):
    html = get(client, "message", send(headers=ONE_CLICK))

    assert '<form method="post" action="https://example.org/leave/?a=1&amp;b=2"' in html
    assert '<input type="hidden" name="List-Unsubscribe" value="One-Click">' in html


def test_our_csrf_token_is_not_given_away_with_one_click_unsubscribe(client, send):
    assert "csrfmiddlewaretoken" not in get(client, "message", send(headers=ONE_CLICK))


def test_without_the_header_there_is_no_one_click_form(client, send):
    assert "One-Click" not in get(client, "message", send())


def test_emptying_takes_a_post_with_a_csrf_token(send, mailbox):
    send()
    client = Client(enforce_csrf_checks=True)

    assert client.get(address("empty")).status_code == 405
    assert client.post(address("empty")).status_code == 403
    assert len(store.message_ids(mailbox)) == 1

    html = get(client, "list")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', html)[1]
    response = client.post(address("empty"), {"csrfmiddlewaretoken": token})
    assert response.headers["Location"] == address("list")
    assert store.message_ids(mailbox) == []


def test_a_broken_message_has_all_its_pages(client, keep):
    message_id = keep(
        b"Subject: \xff\r\nDate: 31 Dec 9999 23:00 -0500\r\nContent-Type: ;;\r\n\r\n\xff\x00"
    )

    assert len(subjects(get(client, "list"))) == 1
    for tab in ("html", "text", "headers", "source"):
        get(client, "tab", message_id, tab)


def test_mail_sent_by_the_site_shows_up(client):
    send_mail("Your account", "Hello", None, ["editor@example.org"])

    assert subjects(get(client, "list")) == ["Your account"]
