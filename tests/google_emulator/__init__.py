"""Google Cloud Speech, Text-to-Speech and Gemini on loopback, in a process of their own.

The real client libraries talk to it over the wire. It keeps Google's rules and limits, breaks
them when a fault is planned, and writes a journal of what it saw and when. Start it with
:func:`tests.google_emulator.process.run_emulator` or ``python -m tests.google_emulator``.
"""
