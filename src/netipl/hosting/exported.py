"""What `netipl export` writes, from the settings and the database that they name, whether or not the daemon runs."""

from contextlib import closing
from dataclasses import replace

from netipl.integrations.payload import reipl_program
from netipl.provisioning.inventory import Inventory
from netipl.settings.settings import Settings
from netipl.store.added import added
from netipl.store.database import Database
from netipl.store.exports import Wanted


def wanted(settings: Settings) -> Wanted:
    """For the guests of the settings, and those that were added to the daemon whose database they name."""
    found = settings.exported(reipl_program())
    with closing(Database(settings.database())) as database:
        more = added(database, {network.name for network in found.networks})
    guests = Inventory(found.networks, (*found.guests, *more.guests)).guests
    return replace(found, guests=guests, built=more.built)
