"""The faults a test plans, and how a service takes one.

A service calls :meth:`FaultPlan.take` once when a call opens and gets the fault meant for that
call, or none. ``fault.strikes(messages=..., bytes=..., seconds=...)`` then tells whether its time
has come; what the kinds mean is told by each service's module.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tests.google_emulator.behaviour import ServiceName

Place = Literal["open", "messages", "bytes", "seconds"]


class Fault(BaseModel):
    """Something that goes wrong in a call."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    service: ServiceName
    kind: str
    """What happens, for example ``"status"``, ``"stall"`` or ``"garbage"``."""
    status: str = ""
    """The status it ends with: a gRPC name (``"UNAVAILABLE"``) or an HTTP code (``"503"``)."""
    where: Place = "open"
    """What is counted until it strikes; ``"open"`` strikes at once."""
    after: float = 0
    """How much of it: messages, bytes, or seconds (of audio, where there is audio)."""
    times: int | None = 1
    """How many calls it strikes; None is every call."""
    skip: int = 0
    """How many calls it lets pass first."""
    method: str = ""
    """The method it strikes; empty is any."""
    details: dict[str, Any] = Field(default_factory=dict)
    """More, as the kind needs."""

    def strikes(self, *, messages: int = 0, bytes: int = 0, seconds: float = 0) -> bool:  # noqa: A002 - the names of the places
        """Return whether a call that has come so far is struck."""
        if self.where == "open":
            return True
        return {"messages": messages, "bytes": bytes, "seconds": seconds}[self.where] >= self.after


class FaultPlan:
    """The faults still to come. A call takes the first that is meant for it."""

    def __init__(self) -> None:
        self._planned: list[_Planned] = []

    def replace(self, faults: list[Fault]) -> None:
        """Plan these faults and no others."""
        self._planned = [_Planned(fault) for fault in faults]

    def take(self, service: ServiceName, method: str = "") -> Fault | None:
        """Return the fault of a call that opens now, and count it."""
        for planned in self._planned:
            if planned.takes(service, method):
                return planned.fault
        return None


class _Planned:
    """A fault and how often it struck."""

    def __init__(self, fault: Fault):
        self.fault = fault
        self._skip = fault.skip
        self._times = fault.times

    def takes(self, service: ServiceName, method: str) -> bool:
        fault = self.fault
        if fault.service != service or self._times == 0 or fault.method not in ("", method):
            return False
        if self._skip > 0:
            self._skip -= 1
            return False
        if self._times is not None:
            self._times -= 1
        return True
