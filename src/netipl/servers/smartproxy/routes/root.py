"""What this proxy can do, by which Foreman discovers it: /features, /version, /v2/features."""

from typing import Final

from netipl.servers.smartproxy.control import Module, Offer, Proxy
from netipl.servers.smartproxy.reply import Reply, of_json
from netipl.servers.smartproxy.request import Request
from netipl.servers.smartproxy.routes.route import Route

VERSION: Final = "3.11.0"
"""Of the contract that is kept."""
RUNNING: Final = "running"

_CAPABILITIES: Final = {Module.DHCP: ["dhcp_filename_hostname", "dhcp_filename_ipv4"]}


async def _features(proxy: Proxy, _request: Request, _parts: tuple[str, ...]) -> Reply:
    return of_json(sorted(module for module, state in proxy.states.items() if state == RUNNING))


async def _version(proxy: Proxy, _request: Request, _parts: tuple[str, ...]) -> Reply:
    running = sorted(module for module, state in proxy.states.items() if state == RUNNING)
    return of_json({"version": VERSION, "modules": dict.fromkeys(running, VERSION)})


async def _v2_features(proxy: Proxy, _request: Request, _parts: tuple[str, ...]) -> Reply:
    return of_json({module: _feature(module, proxy) for module in sorted(proxy.states)})


def _feature(module: Module, proxy: Proxy) -> dict[str, object]:
    is_on = module in proxy.offer.modules
    return {
        "http_enabled": is_on and proxy.offer.http_port is not None,
        "https_enabled": is_on and proxy.offer.https_port is not None,
        "settings": _settings(module, proxy.offer),
        "state": proxy.states[module],
        "capabilities": _CAPABILITIES.get(module, []) if is_on else [],
    }


def _settings(module: Module, offer: Offer) -> dict[str, object]:
    exposed: dict[Module, dict[str, object]] = {
        Module.TFTP: {"tftp_servername": offer.server_name or None},
        Module.DHCP: {"use_provider": offer.provider if Module.DHCP in offer.modules else None},
        Module.TEMPLATES: {"template_url": offer.template_url or None},
        Module.HTTPBOOT: {"http_port": offer.http_port, "https_port": offer.https_port},
        Module.REGISTRATION: {"registration_url": offer.registration_url or None},
    }
    return exposed.get(module, {})


ROUTES: Final = (
    Route("GET", ("features",), _features),
    Route("GET", ("version",), _version),
    Route("GET", ("v2", "features"), _v2_features),
)
