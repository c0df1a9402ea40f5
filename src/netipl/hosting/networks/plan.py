"""What is going to be done with a network: its steps in order, and what is to be known before."""

from dataclasses import dataclass

from netipl.hosting.networks.step import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`notices` are of no single step: who is left out, what others changed and is kept, what a person has to do."""

    steps: tuple[Step, ...]
    notices: tuple[str, ...] = ()
