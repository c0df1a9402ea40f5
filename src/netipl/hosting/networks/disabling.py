"""Makes the plan by which a network goes back to what it was before netipl served it."""

from collections.abc import Iterable, Iterator

from netipl.hosting.networks.forget import Forget
from netipl.hosting.networks.network_change import NetworkChange
from netipl.hosting.networks.of_network import of_network
from netipl.hosting.networks.plan import Plan
from netipl.hosting.networks.situation import Situation, require_this_host
from netipl.integrations.libvirt.network_edits import Foreign, without_netipl
from netipl.integrations.libvirt.network_record import record
from netipl.integrations.libvirt.xml_text import difference, parsed


def restored(situation: Situation, *, later: bool = False) -> Plan:
    """Raises UnavailableError for the libvirt of another host. No steps for a network that netipl does not serve."""
    require_this_host(situation.connection)
    network, foreign = without_netipl(parsed(situation.defined_xml))
    if situation.server is None and situation.interrupted is None:
        return Plan(steps=(), notices=(f"netipl does not serve the network {situation.name}: nothing is to be done",))
    forgotten = (Forget(situation),) if later and situation.interrupted is not None and situation.bridge is None else ()
    was_stopped = situation.running_xml is None and situation.interrupted is None
    change = NetworkChange(situation, network, later or was_stopped)
    return Plan(steps=(*of_network(change), *forgotten), notices=tuple(_notices(situation, foreign)))


def change_of_netipl(situation: Situation) -> str:
    """A unified diff from what the network was to what netipl has made of it; empty where it does not serve it."""
    network = parsed(situation.defined_xml)
    before, _ = without_netipl(network)
    record(network, None)
    return difference(before, network, f"network {situation.name}", ("before", "now"))


def _notices(situation: Situation, foreign: Iterable[Foreign]) -> Iterator[str]:
    for each in foreign:
        yield f"{each.name} was changed by others since, and stays: {each.text or 'it is gone'}"
    if situation.defined.tftp_root is not None:
        yield f"the files in {situation.defined.tftp_root} stay: `netipl network` removes none"
