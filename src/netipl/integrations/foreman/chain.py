"""Whether a Smart Proxy is what Foreman wants to talk to: its certificate for its name, its authority, its features.

A client does here what Foreman does: it connects by the URL that is to be registered, and verifies. Blocks.
"""

import ssl
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from json import loads
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from netipl.errors import UnavailableError

_PATIENCE: Final = 10.0  # seconds
SOON: Final = timedelta(days=30)
"""A certificate that ends within this is worth a word."""
APART: Final = timedelta(minutes=1)
"""By so much may two clocks differ; tokens and certificates have times in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at. `remedy` is empty where nothing is wrong."""

    what: str
    is_well: bool
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the proxy says to anybody."""

    features: tuple[str, ...]
    certificate: dict[str, object]
    at: datetime | None


def seen(url: str, authority: Path | None) -> Seen:
    """Raises UnavailableError, which says what Foreman would say."""
    at = urlsplit(url)
    try:
        connection = _connection(at.scheme, at.hostname or "", at.port, authority)
        connection.request("GET", "/features", headers={"Accept": "application/json"})
        response = connection.getresponse()
        features = tuple(map(str, loads(response.read())))
        peer = connection.sock.getpeercert() if isinstance(connection.sock, ssl.SSLSocket) else None
        date = response.headers.get("Date")
        connection.close()
    except ssl.SSLCertVerificationError as error:
        remedy = "Foreman would not take it either: sign it with Foreman's authority, for the name in the URL"
        raise UnavailableError(f"the certificate at {url}: {error.verify_message}", remedy=remedy) from error
    except (OSError, HTTPException, ValueError) as error:
        remedy = "see that netipl serves there: https and http in [foreman]"
        raise UnavailableError(f"{url} cannot be reached: {error}", remedy=remedy) from error
    moment = parsedate_to_datetime(date).astimezone(UTC) if date else None
    return Seen(features=features, certificate=dict(peer or {}), at=moment)


def judged(found: Seen, wanted: frozenset[str], now: datetime) -> Iterator[Finding]:
    """Features that run, and how long the certificate is good."""
    missing = sorted(wanted - set(found.features))
    shown = ", ".join(found.features) or "none"
    yield Finding(
        what=f"features: {shown}" + (f"; not running: {', '.join(missing)}" if missing else ""),
        is_well=not missing,
        remedy="templates and registration need url in [foreman]; /logs has more" if missing else "",
    )
    ends = found.certificate.get("notAfter")
    if isinstance(ends, str):
        end = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC)
        is_well = end - now > SOON
        yield Finding(
            what=f"its certificate is good until {end:%Y-%m-%d}",
            is_well=is_well,
            remedy="" if is_well else "renew tls_certificate of [foreman]",
        )


def of_clocks(here: datetime, there: datetime) -> Finding:
    """Of this machine, and of Foreman's."""
    apart = abs(here - there)
    is_well = apart <= APART
    seconds = int(apart.total_seconds())
    remedy = "" if is_well else "set the clocks by NTP on both: tokens and certificates have times in them"
    return Finding(what=f"Foreman's clock is {seconds} s from ours", is_well=is_well, remedy=remedy)


def of_trust(common_name: str, trusted: Collection[str] | None) -> Iterator[Finding]:
    """Whether a certificate with that CN, as Foreman's own, is let in; `trusted` of None takes any."""
    if not common_name or trusted is None:
        return
    is_well = common_name.lower() in {each.lower() for each in trusted}
    yield Finding(
        what=f"Foreman's certificate is that of {common_name}, which is {'' if is_well else 'not '}in trusted_hosts",
        is_well=is_well,
        remedy="" if is_well else f'add "{common_name}" to trusted_hosts of [foreman], if proxies are shown this one',
    )


def _connection(scheme: str, host: str, port: int | None, authority: Path | None) -> HTTPConnection:
    if scheme != "https":
        return HTTPConnection(host, port or 80, timeout=_PATIENCE)
    context = ssl.create_default_context(cafile=authority)
    made = HTTPSConnection(host, port or 443, timeout=_PATIENCE, context=context)
    made.connect()
    return made
