"""The service's list of voices: asked for at the start, and again until it was had."""

import asyncio
from contextlib import suppress

import grpc  # type: ignore[import-untyped]  # ships no type hints

from engines.google.channels import Channels
from engines.google.faults import log_fault
from engines.google.speaking.voice_faults import refused_by
from engines.google.speaking.voice_messages import list_voices
from engines.google.speaking.voice_names import VoiceTable

CHECK_S = 5.0
"""Longest wait for the list."""

AGAIN_S = 60.0
"""Time until a list that was not had is asked for again."""

REST_S = 5.0
"""The same at least, where a voice was rejected meanwhile."""


class VoiceList:
    """Keeps what is known of the voices; asking costs nothing.

    Args:
        channels: The connections.
        trusted: A full name to believe in without a list: that of the settings.
    """

    def __init__(self, channels: Channels, trusted: str):
        self._channels = channels
        self._doubted = asyncio.Event()
        self._asking: asyncio.Task[None] | None = None
        self.table = VoiceTable(trusted=trusted)

    async def start(self) -> None:
        """Ask for the list, and go on asking beside the conversations if it is not had.

        Raises:
            EngineError: Google does not let us in. A service that cannot be reached is only logged.
        """
        try:
            await self._ask()
        except grpc.RpcError as error:
            log_fault("voice", error, attempt=1)
            refusal = refused_by(error)
            if refusal and refusal.code == "voice_unauthorized":
                raise refusal from None
            self._asking = asyncio.create_task(self._ask_again(), name="google voice list")

    async def aclose(self) -> None:
        """Ask no more."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.wait([self._asking])

    def doubt(self) -> None:
        """Ask soon: the service rejected a voice."""
        self._doubted.set()

    async def _ask(self) -> None:
        with self._channels.lease() as connection:
            self.table = VoiceTable(await list_voices(connection.channel, CHECK_S))

    async def _ask_again(self) -> None:
        while not self.table.is_listed:
            with suppress(TimeoutError):
                async with asyncio.timeout(AGAIN_S):
                    await self._doubted.wait()
            try:
                await self._ask()
            except grpc.RpcError as error:
                log_fault("voice", error, attempt=2)
            await asyncio.sleep(REST_S)
            self._doubted.clear()
