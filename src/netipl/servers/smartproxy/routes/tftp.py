"""The TFTP module: configurations of boot programs by MAC, defaults, and boot files that are fetched.

The order of the routes counts, and a MAC is looked at before a variant.
"""

from typing import Final

from netipl.errors import NetiplError
from netipl.provisioning.foreman.deployed import DEFAULT, Variant, station
from netipl.servers.smartproxy.control import Proxy
from netipl.servers.smartproxy.reply import RefusalError, Reply, empty, of_json, refusal
from netipl.servers.smartproxy.request import Pairs, Request
from netipl.servers.smartproxy.routes.route import ANY, Route
from netipl.wire import printable

_LEGACY: Final = "syslinux"
_BAD_REQUEST, _FORBIDDEN, _NOT_FOUND = 400, 403, 404


async def _fetch(proxy: Proxy, request: Request, _parts: tuple[str, ...]) -> Reply:
    failed = "TFTP: Failed to fetch boot file: "
    form = request.form()
    prefix, path = _last(form, "prefix"), _last(form, "path")
    if prefix is None or path is None:
        raise RefusalError(_BAD_REQUEST, f"{failed}it needs a prefix and a path")
    try:
        await proxy.control.tftp.fetch(prefix, path, by=request.by)
    except NetiplError as error:
        raise RefusalError(_BAD_REQUEST, refusal(error, failed).text) from error
    return empty()


async def _create_default(proxy: Proxy, request: Request, parts: tuple[str, ...]) -> Reply:
    variant = _variant(parts[0] if parts else _LEGACY)
    menu = _last(request.form(), "menu")
    failed = "TFTP: Failed to create PXE default file: "
    if menu is None:
        raise RefusalError(_BAD_REQUEST, f"{failed}Default config not supplied")
    await _kept(proxy, request, (DEFAULT, variant), menu, failed)
    return empty()


async def _get(proxy: Proxy, _request: Request, parts: tuple[str, ...]) -> Reply:
    name, variant = _named(*parts)
    found = proxy.control.tftp.configuration(name, variant)
    if found is None:
        place = proxy.control.tftp.place(name, variant)
        raise RefusalError(_NOT_FOUND, f"TFTP: Failed to retrieve pxe config file: File {place} not found")
    return Reply(body=found)


async def _create(proxy: Proxy, request: Request, parts: tuple[str, ...]) -> Reply:
    named = _named(*parts)
    form = request.form()
    text = _last(form, "pxeconfig")
    text = _last(form, "syslinux_config") if text is None else text
    failed = "TFTP: Failed to create pxe config file: "
    if text is None:
        raise RefusalError(_BAD_REQUEST, f"{failed}Invalid parameters received")
    await _kept(proxy, request, named, text, failed)
    return empty()


async def _delete(proxy: Proxy, request: Request, parts: tuple[str, ...]) -> Reply:
    name, variant = _named(*parts)
    try:
        await proxy.control.tftp.withdraw(name, variant, by=request.by)
    except NetiplError as error:
        raise RefusalError(_BAD_REQUEST, refusal(error, "TFTP: Failed to delete pxe config file: ").text) from error
    return empty()


async def _server_name(proxy: Proxy, _request: Request, _parts: tuple[str, ...]) -> Reply:
    return of_json({"serverName": proxy.offer.server_name}, media_type="text/html;charset=utf-8")


async def _kept(proxy: Proxy, request: Request, named: tuple[str, Variant], text: str, failed: str) -> None:
    data = text.encode("utf-8", "surrogateescape")
    try:
        await proxy.control.tftp.deploy(*named, data, by=request.by)
    except NetiplError as error:
        raise RefusalError(_BAD_REQUEST, refusal(error, failed).text) from error


def _named(*parts: str) -> tuple[str, Variant]:
    """Of `(variant, MAC)`, or of a MAC alone. Raises RefusalError."""
    *first, mac = parts
    name = station(mac)
    if name is None:
        raise RefusalError(_FORBIDDEN, f"Invalid MAC address: {printable(mac)}")
    return name, _variant(first[0] if first else _LEGACY)


def _variant(text: str) -> Variant:
    found = Variant.named(text)
    if found is None:
        raise RefusalError(_FORBIDDEN, f"Unrecognized pxeboot config type: {printable(text)}")
    return found


def _last(form: Pairs, name: str) -> str | None:
    return next((said for key, said in reversed(form) if key == name), None)


ROUTES: Final = (
    Route("POST", ("tftp", "fetch_boot_file"), _fetch),
    Route("POST", ("tftp", ANY, "create_default"), _create_default),
    Route("GET", ("tftp", ANY, ANY), _get),
    Route("POST", ("tftp", ANY, ANY), _create),
    Route("DELETE", ("tftp", ANY, ANY), _delete),
    Route("POST", ("tftp", "create_default"), _create_default),
    Route("POST", ("tftp", ANY), _create),
    Route("DELETE", ("tftp", ANY), _delete),
    Route("GET", ("tftp", "serverName"), _server_name),
)
