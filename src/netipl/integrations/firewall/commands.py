"""Commands of firewalls, run with the caller's rights, and how they are shown to people."""

import shlex
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from netipl.errors import UnavailableError

_PATIENCE: Final = 60.0  # seconds; firewalld takes some for each change on a large ruleset
_REMEDY: Final = "do this as root"


@dataclass(frozen=True, slots=True)
class Command:
    """`given` is its standard input."""

    words: tuple[str, ...]
    given: str = ""

    def __str__(self) -> str:
        """For a shell."""
        words = shlex.join(self.words)
        return "\n".join(f"nft {shlex.quote(line)}" for line in self.given.splitlines()) if self.given else words

    def run(self) -> str:
        """What it prints. Raises UnavailableError where it cannot be run, or fails."""
        done = _run(self)
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines() or [f"exit status {done.returncode}"]
            raise UnavailableError(f"{self.words[0]}: {said[0]}", remedy=_REMEDY)
        return done.stdout

    def succeeds(self) -> bool:
        """Whether it can be run, and does not fail."""
        return is_here(self.words[0]) and _run(self).returncode == 0


def beyond(commands: Iterable[Command], known: Iterable[Command]) -> Iterator[Command]:
    """What `commands` do that `known` would not: of those with standard input the lines."""
    left = Counter((each.words, line) for each in known for line in each.given.splitlines() or [""])
    for command in commands:
        rest = []
        for line in command.given.splitlines() or [""]:
            if left[command.words, line]:
                left[command.words, line] -= 1
            else:
                rest.append(line)
        if rest:
            yield Command(command.words, "".join(f"{line}\n" for line in rest if line))


def is_here(program: str) -> bool:
    """Whether there is a program of that name; `sbin` is in nobody's PATH but root's."""
    return _found(program) is not None


def _found(program: str) -> str | None:
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")


def _run(command: Command) -> subprocess.CompletedProcess[str]:
    program = _found(command.words[0])
    if program is None:
        raise UnavailableError(f"the program {command.words[0]} is not here")
    try:
        return subprocess.run(
            [program, *command.words[1:]],
            input=command.given,
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnavailableError(f"{command.words[0]}: {error}") from error
