"""Cloud Speech v1 over gRPC: ``StreamingRecognize``, by its rules and with its limits.

Transcripts are words without punctuation, decoded from the tones in the audio received
(:mod:`tests.google_emulator.tone_words`). The kinds of fault, where ``after`` counts audio
messages, their bytes, or seconds of audio:

* ``status``: the stream ends with ``fault.status``, a name of gRPC's (``OK`` too), and with
  ``details["text"]`` where that is told;
* ``stall``: from then on nothing is answered, not even the end of the stream or its limits;
* ``forget``: from then on there are no responses but the garbage that ``details["last"]`` names,
  yet the stream ends like any other;
* ``garbage``: nonsense goes before each response (``details["what"]`` names which, see
  :data:`tests.google_emulator.speech_responses.GARBAGE`);
* ``slow``: each response comes ``details["ms"]`` later than it would, 2,000 unless said.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc  # type: ignore[import-untyped]  # ships no type hints
from google.cloud.speech_v1 import types

from tests.google_emulator.speech_outbox import Outbox
from tests.google_emulator.speech_rules import Ended
from tests.google_emulator.speech_stream import SpeechStream
from tests.google_emulator.state import EmulatorState

SERVICE = "google.cloud.speech.v1.Speech"
METHOD = "StreamingRecognize"


def create_handler(state: EmulatorState) -> grpc.GenericRpcHandler:
    """Return the methods of the service."""
    method = grpc.stream_stream_rpc_method_handler(
        Speech(state).streaming_recognize,
        types.StreamingRecognizeRequest.pb().FromString,
        types.StreamingRecognizeResponse.pb().SerializeToString,
    )
    return grpc.method_handlers_generic_handler(SERVICE, {METHOD: method})


class Speech:
    """The service.

    Args:
        state: What the services share.
    """

    def __init__(self, state: EmulatorState):
        self._state = state

    async def streaming_recognize(self, requests: AsyncIterator[Any], context: Any) -> None:
        """Serve one call."""
        call = self._state.journal.open_call("stt", "streaming_recognize")
        fault = self._state.faults.take("stt", "streaming_recognize")
        outbox = Outbox(context, call)
        stream = SpeechStream(requests, outbox, call, self._state.behaviour.stt, fault)
        sending = asyncio.create_task(outbox.run(), name="outbox")
        try:
            ended = await _serve(stream, outbox, sending)
        except asyncio.CancelledError:
            call.record("cancelled")
            raise
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
        call.record("ended", status=ended.code.name, text=ended.text)
        if ended.code is not grpc.StatusCode.OK:
            await context.abort(ended.code, ended.text)


async def _serve(stream: SpeechStream, outbox: Outbox, sending: asyncio.Task[None]) -> Ended:
    """Return how a call ends, once its responses are sent."""
    ended = await _run(stream)
    if outbox.silent:
        await asyncio.Event().wait()
    if ended.code is grpc.StatusCode.OK:
        await outbox.close()
        await sending
    return ended


async def _run(stream: SpeechStream) -> Ended:
    try:
        await stream.run()
    except Ended as ended:
        return ended
    return Ended(grpc.StatusCode.OK)
