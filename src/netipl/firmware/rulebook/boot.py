"""Rules that a boot breaks before the eyes of its server: DHCP, TFTP and what does not follow. No file shows them.

Which signs tell each is in provisioning/causes.py; the firmware's own words for the same are other rows.
"""

from typing import Final

from netipl.firmware.rulebook.rule import Rule, RuleId

_SEEN: Final = "seen by the server"

ROWS: Final = (
    Rule(
        id=RuleId.OFFER_NOT_TAKEN,
        effect="asks again and again, and takes no offer",
        remedy="turn off STP and the forward delay of the bridge, and look for a firewall or another DHCP server",
        source=_SEEN,
    ),
    Rule(
        id=RuleId.OTHER_SERVER,
        effect="takes the offer of another DHCP server",
        remedy="turn off the other DHCP server in this network, or keep it from this MAC",
        source=_SEEN,
    ),
    Rule(
        id=RuleId.NO_FREE_ADDRESS,
        effect="gets no answer to its DISCOVER",
        remedy="give it larger pools or a shorter lease_time",
        source=_SEEN,
    ),
    Rule(
        id=RuleId.REQUEST_REFUSED,
        effect="is refused the address that it asks for, and begins anew",
        remedy="let the guest start again; if it repeats, look for two guests with one address",
        source=_SEEN,
    ),
    Rule(
        id=RuleId.NOT_APPROVED,
        effect="gets no answer to its DISCOVER",
        remedy="approve the guest: netipl guest approve",
        source=_SEEN,
    ),
    Rule(
        id=RuleId.WRONG_NETWORK,
        effect="gets no answer to its DISCOVER, since it asks in a network that is not its own",
        remedy="connect the guest to its network, or give it the network that it asks in",
        source=_SEEN,
    ),
    Rule(
        id=RuleId.NOTHING_TO_BOOT,
        effect="gets an address and no boot file, and ends the network boot",
        remedy="give the guest a profile and a build, or files of its own",
        source=_SEEN,
    ),
    Rule(
        id=RuleId.SERVER_NOT_ASKED,
        effect="has an address, and never asks the TFTP server for anything",
        remedy="if the server is in another subnet, see that the router is right (option 3); open UDP port 69 in "
        "the firewall",
        source=_SEEN,
    ),
    Rule(
        id=RuleId.NO_CONFIGURATION,
        effect="finds no configuration under any of its names",
        remedy="choose a boot method by which it finds its configuration; `netipl guest show --plan` names it",
        source=_SEEN,
    ),
    Rule(
        id=RuleId.TRANSFER_SILENT,
        effect="stops in the middle of a file",
        remedy="see whether the guest was stopped or lost its network; more than 20 seconds of loss end a boot",
        source=_SEEN,
    ),
    Rule(
        id=RuleId.TRANSFER_ENDED,
        effect="breaks a file off with an ERROR",
        remedy="read what it says, and the guest's console",
        source=_SEEN,
    ),
    Rule(
        id=RuleId.FILE_CHANGED,
        effect="gets half of one file and no more",
        remedy="do not change boot files in place: write the new one beside the old, and rename it",
        source=_SEEN,
    ),
    Rule(
        id=RuleId.KERNEL_SILENT,
        effect="has loaded all its files, and is not heard of again",
        remedy="see the guest's console, and whether the kernel is a raw image, not gzipped: `netipl image inspect`",
        source=_SEEN,
    ),
    Rule(
        id=RuleId.ANSWERS_NOT_FETCHED,
        effect="runs, and does not fetch its answers",
        remedy="see that the kernel command line brings up the network (`ip=dhcp`) and names {answers}",
        source=_SEEN,
    ),
    Rule(
        id=RuleId.INSTALLER_FAILED,
        effect="says itself that the installation failed",
        remedy="read the installer's log on the guest's console",
        source=_SEEN,
    ),
    Rule(
        id=RuleId.INSTALL_TOO_LONG,
        effect="has not said for a long time that its installation is done",
        remedy="look at the guest's console; a longer time is `install` in [limits]",
        source=_SEEN,
    ),
    Rule(
        id=RuleId.BUILD_IN_DOUBT,
        effect="may have got its installer or not, while netipl was started anew",
        remedy="look at the guest's console, and ask for the build again if nothing is installed",
        source=_SEEN,
    ),
    Rule(
        id=RuleId.FINISH_FAILED,
        effect="is installed, and its finish script fails",
        remedy="read the script's output: netipl guest timeline; correct `finish`, and ask for the build again",
        source=_SEEN,
    ),
    Rule(
        id=RuleId.FINISH_TOO_LONG,
        effect="is installed, and its finish script does not end",
        remedy="see what the script waits for, and that nothing it starts keeps its output open; a longer time is "
        "`finish` in [limits]",
        source=_SEEN,
    ),
    Rule(
        id=RuleId.FINISH_UNREACHABLE,
        effect="is installed, and nobody can log in by SSH to run its finish script",
        remedy="look at the guest's console: the image needs cloud-init, an SSH server on port 22 that lets root log "
        "in by key, and its address from this network; a longer time is `finish` in [limits]",
        source=_SEEN,
    ),
    Rule(
        id=RuleId.FINISH_HOST_KEY,
        effect="has another SSH host key than the seed gave it, so its finish script is not sent to it",
        remedy="see who else has this address; then whether the image's cloud-init takes `ssh_keys`, or the template "
        "names finish_keys",
        source=_SEEN,
    ),
    Rule(
        id=RuleId.FINISH_LOST,
        effect="is installed, and its finish script is not here any more",
        remedy="run it by hand, or ask for the build again; the directory `ssh` of the state belongs to every build "
        "that is open",
        source=_SEEN,
    ),
)
