"""Which network of the settings leaves DHCP to a libvirt network, and what is in the way of netipl's files there."""

from netipl.errors import RefusedError
from netipl.guests.network import Network
from netipl.integrations.libvirt.network_xml import NetworkFacts
from netipl.settings.settings import Settings


def beside(settings: Settings | None, facts: NetworkFacts) -> Network | None:
    """By the name that the settings say, or by its bridge."""
    for each in settings.networks() if settings is not None else ():
        is_it = facts.name == each.libvirt_network if each.libvirt_network else facts.bridge == each.interface
        if each.is_libvirts and is_it:
            return each
    return None


def refuse(network: Network | None, facts: NetworkFacts) -> None:
    """To make anybody else serve it would leave its guests without addresses or files. Raises RefusedError."""
    if network is not None:
        message = f"the settings say that libvirt serves DHCP in {facts.name}, and netipl the files"
        remedy = f"leave it so, or take dhcp out of [networks.{network.name}] first"
        raise RefusedError(message, remedy=remedy)
