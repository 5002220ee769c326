"""Map IP addresses to networks, so that rate limits count one client once."""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

# The key of all invalid addresses: a client must not get a new key by inventing one.
UNKNOWN = "unknown"

# NAT64: well-known prefix (RFC 6052, 2.1) and the one for local use (RFC 8215). Deprecated
# IPv4-compatible addresses (RFC 4291, 2.5.5.1) are ::/96, where :: and ::1 mean something else.
_EMBEDDING_LAST = [IPv6Network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")]
_PORT = re.compile(r":[0-9]{1,5}\Z")


def network_of(text: str) -> str:
    """Return a client's key in rate limits: an IPv4 address, or the /64 of an IPv6 address.

    Whoever has one IPv6 address has the 2^64 others of its network, too. IPv6 addresses that stand
    for an IPv4 address (mapped, 6to4, Teredo, NAT64) count as that one. Ports, brackets and zones
    do not count. Anything else is ``UNKNOWN``.
    """
    address = _parse(text)
    if address is None:
        return UNKNOWN
    if isinstance(address, IPv6Address):
        address = _embedded(address) or address
    return str(address if address.version == 4 else ip_network((address, 64), strict=False))


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address that ``1.2.3.4:80``, ``[2001:db8::1]:80`` or ``fe80::1%eth0`` names."""
    text = text.strip().strip('"')
    if text.startswith("[") or text.count(":") == 1:
        text = _PORT.sub("", text).strip("[]")
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address of the client that an IPv6 address stands for, if it does."""
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if address.teredo:
        return address.teredo[1]
    if int(address) > 1 and any(address in network for network in _EMBEDDING_LAST):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None
