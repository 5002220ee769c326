"""Email addresses: one form for each mailbox, and none for what cannot be delivered to."""

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from core.addresses import address_key, canonical_address, mailbox_key, normalize_address

BUECHER = "u@xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Ana.B+news@Example.COM", "Ana.B+news@example.com"),
        (" u@bücher.example ", BUECHER),
        ("u@BÜCHER.example", BUECHER),
        (unicodedata.normalize("NFD", "u@bücher.example"), BUECHER),
        ("u@XN--BCHER-KVA.Example", BUECHER),
        # IDNA 2008, in which ß is a letter of its own; IDNA 2003 would mail somebody else.
        ("u@straße.example", "u@xn--strae-oqa.example"),
        ("u@ｅxample。com", "u@example.com"),
    ],
)
def test_address_is_stored_with_its_domain_in_lower_case_ascii(typed, stored):
    assert normalize_address(typed) == stored
    assert normalize_address(stored) == stored


@pytest.mark.parametrize(
    "address",
    [
        *('"mark"@example.com', '"m\\ark"@example.com', '"two words"@example.com'),
        *("mark@localhost", "mark@host", "mark@[127.0.0.1]", "mark@[IPv6:::1]", "mark@127.0.0.1"),
        *("m@x.internal", "m@x.lan", "m@x.corp", "m@example.c"),
        *("m@x.localhost", "m@x.local", "m@x.invalid", "m@x.test", "m@x.onion", "m@x.arpa"),
        *("m@example.com.", "m@.example.com", "m@exa mple.com", "m@-x.com", "m@xn--a.com"),
        *(".m@example.com", "m..k@example.com", "m@x@example.com", "@example.com", "mark", ""),
        *("Mark <m@example.com>", "m(comment)@example.com", "m@example.com\nBcc: b@example.com"),
        *("m\x00@example.com", "m@exam\u200bple.com"),
        f"m@{'x.' * 130}com",
    ],
)
def test_undeliverable_address_is_refused(address):
    with pytest.raises(ValidationError, match="Enter a valid email address"):
        normalize_address(address)


def test_internationalised_local_part_is_refused_with_the_reason():
    with pytest.raises(ValidationError, match="unaccented Latin letters"):
        normalize_address("jürgen@example.com")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mark@Example.com", "mark@example.COM"),
        ("u@bücher.example", BUECHER),
        ('"mark"@example.com', "mark@example.com"),
        ('"m\\ark"@example.com', "mark@example.com"),
        (unicodedata.normalize("NFD", "jürgen@x.example"), "JÜRGEN@x.example"),
        ("  Undisclosed Recipients ", "undisclosed recipients"),
        ("m@LOCALHOST", "m@localhost"),
    ],
)
def test_spellings_of_one_address_have_one_key(one, other):
    assert address_key(one) == address_key(other)


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("Ana+a+b@example.com", "ana@example.com"),
        ("a.n.a+x@gmail.com", "ana@gmail.com"),
        ("A.na@GoogleMail.com", "ana@gmail.com"),
        ("a.na@example.com", "a.na@example.com"),
        ("+x@example.com", "+x@example.com"),
    ],
)
def test_tags_and_gmail_dots_lead_to_one_mailbox(address, mailbox):
    assert mailbox_key(address) == mailbox


@given(st.text(max_size=300))
def test_any_text_has_a_canonical_form_that_stays(text):
    assert canonical_address(canonical_address(text)) == canonical_address(text)
    assert address_key(canonical_address(text)) == address_key(text)
