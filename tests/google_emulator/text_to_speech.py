"""Cloud Text-to-Speech v1 over gRPC."""

import grpc  # type: ignore[import-untyped]  # ships no type hints

from tests.google_emulator.state import EmulatorState


def create_handler(state: EmulatorState) -> grpc.GenericRpcHandler:  # noqa: ARG001 - to come
    """Return the methods of the service."""
    return grpc.method_handlers_generic_handler("google.cloud.texttospeech.v1.TextToSpeech", {})
