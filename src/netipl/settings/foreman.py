"""What `[foreman]` says, as values for the Smart Proxy, and what its keys must agree on."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from netipl.guests.network import Network
from netipl.integrations.foreman.upstream import Place
from netipl.servers.smartproxy.authorization import Trust
from netipl.servers.smartproxy.control import Offer
from netipl.servers.smartproxy.listen import Listen, Tls
from netipl.settings import certificates
from netipl.settings.foreman_keys import ForemanKeys
from netipl.settings.problems import Problem
from netipl.settings.profiles import PATH_REMEDY

Placed = Callable[[Path], Path]

_TLS = ("tls_certificate", "tls_key", "tls_ca")
_FILES = (*_TLS, "url_certificate", "url_key", "url_ca")


def is_wanted(keys: ForemanKeys) -> bool:
    """Whether there is a Smart Proxy at all."""
    return keys.https is not None or keys.http is not None


def listen(keys: ForemanKeys, placed: Placed) -> Listen:
    """Where it listens, and whom it trusts."""
    tls = None
    if keys.tls_certificate is not None and keys.tls_key is not None and keys.tls_ca is not None:
        tls = Tls(certificate=placed(keys.tls_certificate), key=placed(keys.tls_key), authority=placed(keys.tls_ca))
    hosts = None if keys.trusted_hosts is None else frozenset(each.lower() for each in keys.trusted_hosts)
    return Listen(
        https=keys.https, http=keys.http, tls=tls, trust=Trust(hosts=hosts, forward_verify=keys.forward_verify)
    )


def offer(keys: ForemanKeys, networks: Sequence[Network] = ()) -> Offer:
    """What Foreman is told of it, which serves these networks."""
    is_libvirts = bool(networks) and all(network.is_libvirts for network in networks)
    return Offer(
        provider="dhcp_libvirt" if is_libvirts else "dhcp_netipl",
        modules=frozenset(keys.modules),
        server_name=keys.server_name or "",
        template_url=keys.template_url or "",
        registration_url=keys.registration_url or "",
        http_port=keys.http.port if keys.http is not None else None,
        https_port=keys.https.port if keys.https is not None else None,
    )


def upstream(keys: ForemanKeys, placed: Placed) -> Place | None:
    """Foreman itself; None where nobody says where it is."""
    if keys.url is None:
        return None
    certificate, key, authority = (
        placed(path) if path is not None else None
        for path in (
            keys.url_certificate or keys.tls_certificate,
            keys.url_key or keys.tls_key,
            keys.url_ca or keys.tls_ca,
        )
    )
    return Place(url=keys.url, certificate=certificate, key=key, authority=authority)


def problems(keys: ForemanKeys, directory: Path) -> Iterator[Problem]:
    """What its keys do not agree on."""
    for name in _FILES:
        path = getattr(keys, name)
        if path is not None and not (directory / path).is_file():
            yield Problem(key=("foreman", name), what=f"{directory / path} is no file", remedy=PATH_REMEDY)
    placed = {name: directory / path for name in _FILES if (path := getattr(keys, name)) is not None}
    for certificate, key in (("tls_certificate", "tls_key"), ("url_certificate", "url_key")):
        yield from certificates.pair(("foreman", key), placed.get(certificate), placed.get(key))
    for name in ("tls_ca", "url_ca"):
        yield from certificates.authority(("foreman", name), placed.get(name))
    missing = [name for name in _TLS if getattr(keys, name) is None]
    if keys.https is not None and missing:
        what = f"HTTPS needs {', '.join(missing)} too"
        yield Problem(key=("foreman", "https"), what=what, remedy="name the three PEM files, or serve http")
    if keys.http is not None and keys.trusted_hosts is None and not keys.insecure:
        yield Problem(
            key=("foreman", "http"),
            what="without trusted_hosts everybody who reaches it could change what hosts boot",
            remedy='add trusted_hosts = ["foreman.example.com"], use https, or say insecure = true',
        )
    for name in ("url", "template_url", "registration_url"):
        said = getattr(keys, name)
        if said is not None and not (urlsplit(said).scheme in {"http", "https"} and urlsplit(said).hostname):
            yield Problem(key=("foreman", name), what=f"{said} is no URL", remedy="write it as https://HOST")
    if (keys.url_certificate is None) != (keys.url_key is None):
        what = "a certificate and its key belong together"
        yield Problem(key=("foreman", "url_certificate"), what=what, remedy="add url_certificate and url_key, both")
