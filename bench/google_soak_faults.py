"""What goes wrong in the long conversation: one fault after the other, each for one call."""

from tests.google_emulator.faults import Fault

FAULTS = (
    Fault(service="stt", kind="status", status="UNAVAILABLE", where="seconds", after=0.5),
    Fault(service="llm", kind="status", status="503"),
    Fault(service="tts", kind="status", status="UNAVAILABLE"),
    Fault(service="stt", kind="status", status="INTERNAL"),
    Fault(service="llm", kind="reset", where="messages", after=2),
    Fault(service="tts", kind="status", status="INTERNAL", where="messages", after=3),
    Fault(service="stt", kind="garbage"),
    Fault(service="llm", kind="garbage", where="messages", after=1),
    Fault(service="tts", kind="odd"),
    Fault(service="llm", kind="status", status="429"),
    Fault(service="tts", kind="empty"),
    Fault(service="llm", kind="finish", status="SAFETY", where="messages", after=1),
    Fault(service="tts", kind="early_end", where="messages", after=2),
    Fault(service="llm", kind="stall"),
    Fault(service="stt", kind="status", status="ABORTED", where="seconds", after=0.3),
    Fault(service="tts", kind="stall", where="messages", after=1),
)
