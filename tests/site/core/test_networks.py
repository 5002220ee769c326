"""One client has one bucket in limits, however its address is written."""

import pytest

from core.networks import UNKNOWN, network_of


@pytest.mark.parametrize(
    "spelling",
    [
        *("203.0.113.5", " 203.0.113.5 ", "203.0.113.5:4711", '"203.0.113.5"', "[203.0.113.5]:80"),
        *("::ffff:203.0.113.5", "::ffff:cb00:7105", "[::ffff:203.0.113.5]:4711"),
        "::ffff:203.0.113.5%eth0",
        *("2002:cb00:7105::1", "2002:cb00:7105:ffff::2"),  # 6to4
        "2001:0:4136:e378:8000:63bf:34ff:8efa",  # Teredo, with the address inverted
        *("64:ff9b::203.0.113.5", "64:ff9b:1:2::cb00:7105"),  # NAT64
        "::203.0.113.5",
    ],
)
def test_spellings_of_an_ipv4_address_are_one_client(spelling):
    assert network_of(spelling) == "203.0.113.5"


@pytest.mark.parametrize(
    "spelling",
    [
        *("2001:db8::1", "2001:DB8:0:0:ffff::2", "[2001:db8::3]", "[2001:db8::3]:4711"),
        *("2001:db8::1%eth0", "2001:db8::1%25eth0", '"[2001:db8::1]:80"'),
    ],
)
def test_addresses_of_an_ipv6_network_are_one_client(spelling):
    assert network_of(spelling) == "2001:db8::/64"


@pytest.mark.parametrize(
    "text",
    [
        *("", "unknown", "_hidden", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "0x7f.1", "::g"),
        *(
            "1.2.3.4, 5.6.7.8",
            "[",
            "[]",
            ":",
            "%",
            "2001:db8::1:99999:80:1:2:3:4",
            "\x00",
            "\ud800",
        ),
        "9" * 100_000,
    ],
)
def test_text_that_is_no_address_shares_one_bucket(text):
    assert network_of(text) == UNKNOWN


def test_other_networks_are_other_clients():
    others = ("203.0.113.6", "2001:db8:0:1::1", "::1", "fe80::1", UNKNOWN)
    assert len({network_of(text) for text in others}) == len(others)
