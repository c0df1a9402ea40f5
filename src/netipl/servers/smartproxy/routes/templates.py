"""The Templates module: hosts that cannot reach Foreman fetch their answers, and say that they are built, through here.

Of a host's headers only those go on that Foreman reads to know it; never a cookie, a password or whom it says it
forwards for. Parts of a path are checked, and escaped anew.
"""

import re
from typing import Final
from urllib.parse import quote_plus

from netipl.errors import NetiplError
from netipl.servers.smartproxy.control import Proxy
from netipl.servers.smartproxy.reply import TEXT, RefusalError, Reply, of_json
from netipl.servers.smartproxy.request import Pairs, Request
from netipl.servers.smartproxy.routes.route import ANY, Route
from netipl.wire import printable

_PASSED_ON: Final = re.compile(
    r"x-rhn-provisioning-mac-\d{1,3}|x-anaconda-(architecture|system-release)|x-system-serial-number|user-agent",
    re.ASCII,
)
_KIND: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
_OWN: Final = frozenset({"path", "template", "kind", "hostgroup", "splat", "captures", "url"})
_MOST_HEADER: Final = 256
_GOOD: Final = frozenset({200, 201})
_BAD_REQUEST, _NOT_FOUND, _FAULT = 400, 404, 500


async def _template_server(proxy: Proxy, _request: Request, _parts: tuple[str, ...]) -> Reply:
    return of_json({"templateServer": proxy.offer.template_url}, media_type="text/html;charset=utf-8")


async def _unattended(proxy: Proxy, request: Request, parts: tuple[str, ...]) -> Reply:
    reply = await _passed(proxy, request, "unattended", parts, unreached=_BAD_REQUEST)
    await proxy.control.host_said(parts[0], request.client.address)
    return reply


async def _userdata(proxy: Proxy, request: Request, parts: tuple[str, ...]) -> Reply:
    return await _passed(proxy, request, "userdata", parts, unreached=_FAULT)


async def _passed(proxy: Proxy, request: Request, root: str, parts: tuple[str, ...], *, unreached: int) -> Reply:
    upstream = proxy.control.upstream
    if upstream is None or not _KIND.fullmatch(parts[0]):
        raise RefusalError(_NOT_FOUND, "Requested url was not found")
    path = "/".join((root, *(quote_plus(part, errors="surrogateescape") for part in parts)))
    said = tuple((key, text) for key, text in request.query if key not in _OWN)
    query = (*said, ("url", proxy.offer.template_url or request.base))
    words = f"Failed to proxy /{parts[0]} for {_shown(said)}: "
    try:
        found = await upstream.ask(request.method, path, query, headers(request), request.body)
    except NetiplError as error:
        raise RefusalError(unreached, f"{words}{error}", media_type=TEXT, logged=str(error)) from error
    if found.status not in _GOOD:
        why = f"Error retrieving {path} for {_shown(said)} from {upstream.host}"
        logged = f"Foreman at {upstream.host} answers {found.status} {found.reason} for {path}"
        raise RefusalError(found.status, f"{words}{why}: {_class(found.reason)}: {found.status} ", logged=logged)
    return Reply(body=found.body, media_type=found.media_type)


def headers(request: Request) -> dict[str, str]:
    """What Foreman is told of a host."""
    passed = {name: said[:_MOST_HEADER] for name, said in request.headers.items() if _PASSED_ON.fullmatch(name)}
    passed |= {"X-Forwarded-For": request.client.address, "Accept": "application/json,version=2"}
    if request.method == "POST":
        passed["Content-Type"] = "text/plain"
    return passed


def _class(reason: str) -> str:
    """As Ruby names the class of an answer."""
    return f"Net::HTTP{''.join(reason.split()) or 'UnknownResponse'}"


def _shown(query: Pairs) -> str:
    """As Ruby shows it; whoever asked has written it."""
    return "{" + ", ".join(f'"{printable(key, 80)}"=>"{printable(text, 200)}"' for key, text in query) + "}"


ROUTES: Final = (
    Route("GET", ("unattended", "templateServer"), _template_server),
    Route("GET", ("unattended", ANY), _unattended),
    Route("GET", ("unattended", ANY, ANY, ANY), _unattended),
    Route("POST", ("unattended", ANY), _unattended),
    Route("GET", ("userdata", ANY), _userdata),
)
