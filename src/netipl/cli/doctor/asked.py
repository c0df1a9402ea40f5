"""What the daemon says of one guest, asked by its API: its marks, its network, and its plan."""

from typing import Any
from uuid import UUID

from netipl.cli.guest.plan import plan_view
from netipl.cli.remote.api import Api, guest_path
from netipl.cli.remote.views import guest_view, reading
from netipl.errors import MissingError, NetiplError, RefusedError, UnavailableError
from netipl.firmware.rules import Severity
from netipl.hosting.doctor.host import Known, PlanFinding
from netipl.net import Mac


def known(name: str, place: str | None) -> Known | NetiplError:
    """The error where it is not known. Raises UsageError for what is no name."""
    path = guest_path(name)
    try:
        with Api.found(place) as api:
            guest = api.get(path).json
            networks = list(api.get("networks").json["items"])
            return _known(guest, networks, _plan(api, name))
    except (UnavailableError, MissingError) as error:
        return error


def _plan(api: Api, name: str) -> Any:  # Any: JSON
    """As it is now; that a guest has none is no error here."""
    try:
        return api.get(guest_path(name, "plan")).json
    except RefusedError as error:
        return {"guest": name, "files": [], "findings": [_refusal(error)], "refused": True, "purpose": "boot"}


def _refusal(error: RefusedError) -> dict[str, str]:
    return {"rule": "refused", "severity": Severity.ERROR.value, "message": str(error), "remedy": error.remedy}


@reading
def _known(guest: Any, networks: list[Any], plan: Any) -> Known:  # Any: JSON
    """Without a network of its own it boots in the only one."""
    document, shown = guest_view(guest).document, plan_view(plan)
    named = document.get("network") or (networks[0]["name"] if len(networks) == 1 else "")
    interface = next((each.get("interface") or "" for each in networks if each["name"] == named), "")
    macs = document.get("mac") or []
    return Known(
        name=str(guest["name"]),
        uuid=UUID(document["uuid"]) if document.get("uuid") else None,
        macs=tuple(map(Mac.parse, [macs] if isinstance(macs, str) else macs)),
        network=str(named),
        interface=str(interface),
        purpose=shown.purpose,
        files=len(shown.files),
        findings=tuple(
            PlanFinding(severity=Severity(each.severity), rule=each.rule, message=each.message, remedy=each.remedy)
            for each in shown.findings
        ),
    )
