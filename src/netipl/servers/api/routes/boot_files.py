"""The boot files that Foreman had fetched: listed, and removed where nothing that is deployed needs them."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from netipl.servers.api.answers import answer, nothing
from netipl.servers.api.asked import ByAnybody
from netipl.servers.api.openapi import problems
from netipl.servers.api.views.boot_files import BootFileView, of_boot_file
from netipl.servers.api.views.pages import Items

router = APIRouter(prefix="/boot-files", tags=["foreman"])

Name = Annotated[str, Query(max_length=512, description="The name in the TFTP tree.")]


@router.get("", response_model=Items[BootFileView])
async def list_boot_files(asked: ByAnybody) -> Response:
    """All, in the order of their names."""
    kept = await asked.control.boot_files.kept()
    return answer(Items[BootFileView](items=[of_boot_file(each) for each in kept]))


@router.delete("", status_code=204, responses=problems(404, 409))
async def remove_boot_file(asked: ByAnybody, name: Name) -> Response:
    """One that no deployed configuration names, and that is not being fetched. Foreman may have it fetched again."""
    await asked.control.boot_files.remove(name, by=asked.by)
    return nothing()
