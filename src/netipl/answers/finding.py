"""What a check says of an answer file: where, what, how bad, and what to do."""

from netipl.firmware.rules import Severity
from netipl.values import value


@value(kw_only=True)
class Finding:
    """`line` and `column` count from 1; 0 is not known, or the file as a whole. `text` is the line.

    An error ends or stops the installation, or gives a password away; a warning is lost on the way. `by` is the program
    that says so, empty for a check of our own.
    """

    file: str
    message: str
    line: int = 0
    column: int = 0
    text: str = ""
    severity: Severity = Severity.ERROR
    remedy: str = ""
    by: str = ""


@value()
class Source:
    """A file that is checked."""

    file: str
    text: str

    def finding(
        self,
        message: str,
        line: int = 0,
        column: int = 0,
        *,
        remedy: str = "",
        severity: Severity = Severity.ERROR,
        by: str = "",
    ) -> Finding:
        """With the text of that line."""
        lines = self.text.split("\n")
        return Finding(
            file=self.file,
            message=message,
            line=line,
            column=column,
            text=lines[line - 1] if 0 < line <= len(lines) else "",
            severity=severity,
            remedy=remedy,
            by=by,
        )
