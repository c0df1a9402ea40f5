"""What uvicorn has to say, as complaints of ours: one line, at most once a second, and never a request."""

import logging

from netipl.servers.complaints import Complaints, told


def log_to(complaints: Complaints) -> logging.Logger:
    """A logger for the framework, which nobody else knows."""
    log = logging.Logger("netipl.web", logging.WARNING)  # noqa: LOG001 - it is for this server alone
    log.addHandler(_Complaining(complaints))
    return log


class _Complaining(logging.Handler):
    def __init__(self, complaints: Complaints) -> None:
        super().__init__()
        self._complaints = complaints

    def emit(self, record: logging.LogRecord) -> None:
        """The words of uvicorn are constant; arguments are left out."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, Exception):
            self._complaints.add("a request failed", reason=told(error))
        elif error is None:
            self._complaints.add("a request went wrong", reason=" ".join(str(record.msg).split()))
