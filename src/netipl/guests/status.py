"""The state of a guest as people see it, derived from its build and its newest boot: nobody ever writes it down."""

from enum import StrEnum


class Status(StrEnum):
    """Where a guest stands."""

    DISCOVERED = "discovered"
    """It waits for approval."""
    REGISTERED = "registered"
    """It is known, and nothing is wanted of it."""
    WAITING = "waiting"
    """A build waits for its next boot."""
    BOOTING = "booting"
    """Its firmware is at work."""
    INSTALLING = "installing"
    INSTALLED = "installed"
    RUNNING = "running"
    """It has booted what it boots each time, or was sent to its disk."""
    FAILED = "failed"
