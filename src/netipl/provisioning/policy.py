"""What the settings say of builds and boots in general."""

from dataclasses import dataclass, field
from datetime import timedelta

from netipl.provisioning.building import TOKEN_LASTS
from netipl.provisioning.observing import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`attempts` are the boots that one build is good for; `history` is how long boots and events are kept."""

    limits: Limits = field(default_factory=Limits)
    attempts: int = 1
    token_lasts: timedelta = TOKEN_LASTS
    history: timedelta = timedelta(days=90)
