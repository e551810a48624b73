"""What the services share: their behaviour, the planned faults, the journal."""

from dataclasses import dataclass, field

from tests.google_emulator.behaviour import Behaviour
from tests.google_emulator.faults import FaultPlan
from tests.google_emulator.journal import Journal


@dataclass(slots=True)
class EmulatorState:
    """The state of a running emulator. A service reads it anew for each call."""

    behaviour: Behaviour = field(default_factory=Behaviour)
    faults: FaultPlan = field(default_factory=FaultPlan)
    journal: Journal = field(default_factory=Journal)

    def reset(self) -> None:
        """Go back to the default behaviour, without faults and entries."""
        self.behaviour = Behaviour()
        self.faults.replace([])
        self.journal.clear()
