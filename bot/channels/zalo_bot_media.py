"""Pictures and voices that people sent to the bot: addresses on Zalo's own hosts, fetched with care.

An address comes from outside, so only known hosts are asked, redirects included; the token never goes along.
Hosts: seen in what live bots received.
"""

from __future__ import annotations

from urllib.parse import SplitResult, urljoin, urlsplit

import aiohttp

from bot import limits
from bot.channels.base import DeliveryError
from bot.channels.zalo_bot_http import failure
from bot.channels.zalo_bot_pace import Pace

HOSTS = ("zaloplatforms.com", "zaloapp.com", "zdn.vn", "zadn.vn", "zapps.me")
"""Media lie on these hosts and on those below them."""
LARGEST = limits.EVIDENCE_BYTES
_HOPS = 3
_CHUNK = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({400, 401, 403, 404, 410})
"""Statuses of an address that was never good or has run out."""


def permitted(address: str, base_url: str) -> bool:
    """Whether an address may be asked: https on Zalo's hosts, or the host of the API itself as it is configured."""
    try:
        parts, base = urlsplit(address), urlsplit(base_url)
        port = parts.port
        own = (parts.scheme, parts.hostname, _port(parts)) == (base.scheme, base.hostname, _port(base))
    except ValueError:
        return False
    if parts.username is not None or parts.password is not None or not parts.hostname:
        return False
    known = any(parts.hostname == host or parts.hostname.endswith(f".{host}") for host in HOSTS)
    return own or (known and parts.scheme == "https" and port in {None, 443})


def _port(parts: SplitResult) -> int | None:
    return parts.port or {"http": 80, "https": 443}.get(parts.scheme)


async def fetch(session: aiohttp.ClientSession, address: str, *, base_url: str, pace: Pace) -> bytes:
    """The bytes behind an address, at most LARGEST. Raises DeliveryError, whose words do not repeat the address."""
    for _ in range(_HOPS):
        if not permitted(address, base_url):
            raise DeliveryError("the file does not lie on a host of Zalo", permanent=True)
        answer = await _ask(session, address, pace)
        if isinstance(answer, bytes):
            return answer
        address = answer
    raise DeliveryError("the file is redirected again and again", permanent=True)


async def _ask(session: aiohttp.ClientSession, address: str, pace: Pace) -> bytes | str:
    """The bytes, or the address to ask next."""
    timeout = aiohttp.ClientTimeout(total=None, connect=pace.connect, sock_read=pace.read)
    try:
        async with session.get(address, timeout=timeout, allow_redirects=False) as response:
            if response.status in _REDIRECTS:
                return urljoin(address, response.headers.get("Location", ""))
            if response.status != 200:
                raise DeliveryError(f"the file cannot be had: {response.status}", permanent=response.status in _GONE)
            return await _read(response)
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        failed = DeliveryError(str(failure(error)), permanent=isinstance(error, aiohttp.InvalidURL))
    raise failed


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The body, given up as soon as it is too large, whatever its header says."""
    data = bytearray()
    if (response.content_length or 0) <= LARGEST:
        async for chunk in response.content.iter_chunked(_CHUNK):
            data += chunk
            if len(data) > LARGEST:
                break
        else:
            return bytes(data)
    raise DeliveryError(f"the file is larger than {LARGEST} bytes", permanent=True)
