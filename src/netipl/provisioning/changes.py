"""Changes of the inventory that must outlive the process: what an engine returns and the store journals.

Applied in order to an inventory with the same networks they give the same guests, leases, builds and boots.
"""

from ipaddress import IPv4Address

from netipl.guests.build import Build
from netipl.guests.guest import Guest
from netipl.guests.lease import Lease
from netipl.guests.profile import Profile
from netipl.net import Mac
from netipl.provisioning.boots import Boot
from netipl.provisioning.credential import ApiToken
from netipl.provisioning.foreman.deployed import BootFile, Configuration, Reservation, Variant
from netipl.provisioning.timeline import Event
from netipl.values import value


@value()
class LeaseSet:
    """The address of `lease` is now in this state, whatever was known of it before."""

    lease: Lease


@value()
class LeaseForgotten:
    """Nothing is known any more of this address in the network of that name."""

    network: str
    address: IPv4Address


@value()
class GuestSet:
    """There is this guest now, instead of one with its name in its network. It is not one of the settings."""

    guest: Guest


@value()
class GuestForgotten:
    """There is no guest of that name in that network any more."""

    network: str
    name: str


@value()
class BuildSet:
    """The build with this identifier is now so."""

    build: Build


@value()
class BootSet:
    """The boot with this identifier is now so. Its plan is not kept."""

    boot: Boot


@value()
class Happened:
    """One more event."""

    event: Event


@value()
class CredentialSet:
    """There is this token for the API now, instead of one with its name."""

    token: ApiToken


@value()
class CredentialForgotten:
    """There is no token of that name any more."""

    name: str


@value()
class ProfileSet:
    """There is this profile now, instead of one with its name. It is not one of the settings."""

    profile: Profile


@value()
class ProfileForgotten:
    """There is no profile of that name any more."""

    name: str


@value()
class ConfigurationSet:
    """Foreman has uploaded this, in place of what there was for that station and variant."""

    configuration: Configuration


@value()
class ConfigurationForgotten:
    """There is nothing of that variant for that station any more."""

    station: str
    variant: Variant


@value()
class ReservationSet:
    """Foreman has made this DHCP record, in place of one of that MAC in that network."""

    reservation: Reservation


@value()
class ReservationForgotten:
    """There is no DHCP record of that MAC in that network any more."""

    network: str
    mac: Mac


@value()
class BootFileSet:
    """The boot file of that name is now so."""

    file: BootFile


@value()
class BootFileForgotten:
    """There is no boot file of that name any more."""

    name: str


OfForeman = (
    ConfigurationSet | ConfigurationForgotten | ReservationSet | ReservationForgotten | BootFileSet | BootFileForgotten
)

Change = (
    LeaseSet
    | LeaseForgotten
    | GuestSet
    | GuestForgotten
    | BuildSet
    | BootSet
    | Happened
    | CredentialSet
    | CredentialForgotten
    | ProfileSet
    | ProfileForgotten
    | OfForeman
)
