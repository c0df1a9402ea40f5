"""The end of a finish script: why it failed, as a rule of the one table and in words; and what follows for its build.

What ssh says before the script begins is judged by its last words, since its status is 255 for all that it cannot do
(ssh(1), "EXIT STATUS").
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from netipl.firmware.rules import RuleId
from netipl.guests.build import Build
from netipl.provisioning import building
from netipl.provisioning.callbacks import log
from netipl.provisioning.changes import Change, Happened
from netipl.provisioning.timeline import Deed, Event
from netipl.values import value
from netipl.wire import printable

BROKEN: Final = 255
"""The status of ssh when it is at fault, and not what it ran."""
_OTHER_KEY: Final = ("Host key verification failed", "no matching host key type")
_HIDDEN: Final = "..."
_SECRET_LINE: Final = 16
"""Characters of the shortest line of a secret that is looked for."""
_MOST_WORDS: Final = 256


@value(kw_only=True)
class Attempt:
    """What one run of ssh came to. `began` is whether the script did; `output` is the end of its own, else ssh's.

    Without `status` it was cut off.
    """

    began: bool = False
    status: int | None = None
    output: bytes = b""

    @property
    def is_over(self) -> bool:
        """Whether the script has run, so that none follows."""
        return self.began and self.status is not None


@value(kw_only=True)
class Ending:
    """Of all attempts. Without `rule` it went well; `output` is the script's."""

    rule: RuleId | None = None
    cause: str = ""
    output: bytes = b""


def ran(attempt: Attempt) -> Ending:
    """Of an attempt that is over."""
    if attempt.status == 0:
        return Ending(output=attempt.output)
    broke = attempt.status is None or not 0 < attempt.status < BROKEN
    words = "the connection broke while the finish script ran" if broke else f"it ended with status {attempt.status}"
    cause = words if broke else f"the finish script failed: {words}"
    return Ending(rule=RuleId.FINISH_FAILED, cause=cause, output=attempt.output)


def too_late(attempt: Attempt, limit: timedelta) -> Ending:
    """Of the last attempt before the `limit`."""
    if attempt.began:
        cause = f"the finish script has not ended within {limit}"
        return Ending(rule=RuleId.FINISH_TOO_LONG, cause=cause, output=attempt.output)
    said = attempt.output.decode("utf-8", "replace")
    last = next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "nothing was said")
    if any(words in said for words in _OTHER_KEY):
        cause = f"whoever answers by SSH has not the host key of this build: {printable(last, _MOST_WORDS)}"
        return Ending(rule=RuleId.FINISH_HOST_KEY, cause=cause)
    cause = f"nobody could log in by SSH within {limit}: {printable(last, _MOST_WORDS)}"
    return Ending(rule=RuleId.FINISH_UNREACHABLE, cause=cause)


def lost(why: str) -> Ending:
    """Of a script that cannot be run at all."""
    return Ending(rule=RuleId.FINISH_LOST, cause=f"the finish script cannot be run: {printable(why, _MOST_WORDS)}")


def shown(output: bytes, secrets: Iterable[str]) -> str:
    """The output as it may be kept: without tokens, hashes, and the lines of `secrets`."""
    text = log(output)
    for line in (line.strip() for secret in secrets for line in secret.splitlines()):
        if len(line) >= _SECRET_LINE:
            text = text.replace(line, _HIDDEN)
    return text


def over(build: Build, ending: Ending, now: datetime, *, secrets: Iterable[str] = ()) -> tuple[Change, ...]:
    """`build` is done or has failed. Raises RefusedError where it is over already."""
    deed = Deed.BUILD_DONE if ending.rule is None else Deed.BUILD_FAILED
    ended = building.end(build, deed, now, cause=ending.cause, rule=ending.rule)
    output = shown(ending.output, secrets)
    if not output and ending.rule is not None:
        return ended
    event = Event(at=now, what=Deed.FINISH_RAN, network=build.network, guest=build.guest, build=build.id)
    detail = {"output": output} if output else {}
    return Happened(replace(event, boot=build.boot, detail=detail)), *ended
