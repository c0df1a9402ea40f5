"""The Registration module: hosts register with Foreman through here. They show Foreman's own token, which goes on."""

from typing import Final

from netipl.errors import NetiplError
from netipl.servers.smartproxy.control import Proxy
from netipl.servers.smartproxy.reply import NOT_FOUND, TEXT, RefusalError, Reply
from netipl.servers.smartproxy.request import Request
from netipl.servers.smartproxy.routes import templates
from netipl.servers.smartproxy.routes.route import Route

_FAILED: Final = 'echo "Internal Server Error"\nexit 1\n'
_PASSED_ON: Final = ("authorization", "content-type")


async def _register(proxy: Proxy, request: Request, _parts: tuple[str, ...]) -> Reply:
    upstream = proxy.control.upstream
    if upstream is None:
        raise RefusalError(404, NOT_FOUND)
    said = tuple((key, text) for key, text in request.query if key != "url")
    query = (*said, ("url", proxy.offer.registration_url or request.base))
    headers = templates.headers(request) | {
        name: request.headers[name] for name in _PASSED_ON if name in request.headers
    }
    headers.pop("Content-Type", None)
    try:
        found = await upstream.ask(request.method, "register", query, headers, request.body)
    except NetiplError:
        raise RefusalError(500, _FAILED, media_type=TEXT) from None
    if not 200 <= found.status < 300:
        text = found.body.decode("utf-8", "replace") or _FAILED
        raise RefusalError(found.status, text, media_type=TEXT)
    return Reply(body=found.body, media_type=found.media_type)


ROUTES: Final = (Route("GET", ("register",), _register), Route("POST", ("register",), _register))
