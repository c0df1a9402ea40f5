"""Machines of guests: shown, made, taken over and left, started, stopped and reset. Each answers with the machine."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Response

from netipl.provisioning.machine_view import MachineView
from netipl.servers.api.answers import answer
from netipl.servers.api.asked import ByAnybody
from netipl.servers.api.openapi import problems
from netipl.servers.api.views.machines import (
    DomainKeys,
    MachineKeys,
    MachineShown,
    StartKeys,
    StopKeys,
    of_machine,
)
from netipl.servers.api.views.machines import (
    asked as wanted_machine,
)

router = APIRouter(prefix="/guests/{name}/machine", tags=["machines"])
_PROBLEMS = problems(404, 409)


@router.get("", response_model=MachineShown, responses=_PROBLEMS)
async def show_machine(asked: ByAnybody, name: str) -> Response:
    """As libvirt told it last."""
    return _machine(asked.control.machines.machine(name))


@router.post("", status_code=201, response_model=MachineShown, responses=_PROBLEMS)
async def define_machine(asked: ByAnybody, name: str, keys: Annotated[MachineKeys | None, Body()] = None) -> Response:
    """A new domain for the guest, off, with its UUID and MAC, on the bridge of its network."""
    made = await asked.control.machines.define(name, wanted_machine(keys or MachineKeys()), by=asked.by)
    return _machine(made, HTTPStatus.CREATED)


@router.post("/attach", response_model=MachineShown, responses=_PROBLEMS)
async def attach_machine(asked: ByAnybody, name: str, keys: Annotated[DomainKeys | None, Body()] = None) -> Response:
    """A domain that is there becomes the guest's, which is added if nobody knows it, and takes its UUID."""
    return _machine(await asked.control.machines.attach(name, keys.domain if keys else None, by=asked.by))


@router.post("/release", response_model=MachineShown, responses=_PROBLEMS)
async def release_machine(asked: ByAnybody, name: str) -> Response:
    """Its domain is left as it is, and netipl changes it no more."""
    return _machine(await asked.control.machines.release(name, by=asked.by))


@router.post("/start", response_model=MachineShown, responses=_PROBLEMS)
async def start_machine(asked: ByAnybody, name: str, keys: Annotated[StartKeys | None, Body()] = None) -> Response:
    """From what it is to boot from now."""
    return _machine(await asked.control.machines.start(name, by=asked.by, cold=keys is not None and keys.cold))


@router.post("/stop", response_model=MachineShown, responses=_PROBLEMS)
async def stop_machine(asked: ByAnybody, name: str, keys: Annotated[StopKeys | None, Body()] = None) -> Response:
    """It is asked to shut down; the answer does not wait for that."""
    return _machine(await asked.control.machines.stop(name, by=asked.by, now=keys is not None and keys.now))


@router.post("/reset", response_model=MachineShown, responses=_PROBLEMS)
async def reset_machine(asked: ByAnybody, name: str) -> Response:
    """At once. A cold start, where it is to boot from something else than it does now."""
    return _machine(await asked.control.machines.reset(name, by=asked.by))


def _machine(view: MachineView, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return answer(of_machine(view), status=status)
