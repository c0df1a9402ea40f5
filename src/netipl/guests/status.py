"""The state of a guest as people see it, derived from its build, boot and machine: nobody ever writes it down."""

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
    BOOTED = "booted"
    """It has booted what it boots each time, or was sent to its disk; whether it still runs, nobody has told."""
    RUNNING = "running"
    """Its machine runs, and no installation is under way."""
    OFF = "off"
    """Its machine is switched off."""
    CRASHED = "crashed"
    """Its machine has crashed, and not because its boot failed."""
    FAILED = "failed"
