"""A shelf of media for tests that install from some: their bytes are a kernel, or zeros."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from netipl.content import Content, of_file
from netipl.media.medium import Medium, Role
from netipl.protocols.tftp.resolution import Arriving, Missing
from tests.unit.guests.media_kept import AGENT, DEBIAN, IMAGE, RHEL
from tests.unit.images.kernels import kernel


@dataclass
class Shelf:
    """Media of which all bytes are there, but for those that are on their way; of `unknown` only the name is known."""

    directory: Path
    media: Sequence[Medium] = (RHEL, DEBIAN, IMAGE, AGENT)
    coming: Sequence[Medium] = ()
    unknown: set[str] = field(default_factory=set)

    def medium(self, name: str) -> Medium | Arriving | Missing:
        found = next((medium for medium in self.media if medium.name == name), None)
        return found or (Arriving() if name in {*self.unknown, *(each.name for each in self.coming)} else Missing())

    def content(self, medium: Medium, role: Role) -> Content | Arriving | Missing:
        file = next((file for its, file in medium.files if its is role), None)
        if file is None:
            return Missing()
        if medium not in self.media:
            return Arriving()
        path = self.directory / file.sha256
        path.write_bytes(kernel() if role is Role.KERNEL else bytes(file.size))
        return of_file(path)
