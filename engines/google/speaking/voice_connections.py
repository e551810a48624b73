"""What an attempt to speak does about the connection that the one before it failed on."""

import asyncio

import grpc.aio  # type: ignore[import-untyped]  # ships no type hints

from engines.google.channels import Connection
from engines.google.speaking.voice_faults import Stalled

RECONNECT_SHARE = 1 / 3
"""Longest wait for a connection before the second attempt, as a share of an attempt's time."""


def suspect(connection: Connection, fault: Exception) -> None:
    """Have no further calls made on a connection if a call without any audio failed for it.

    One that was refused is only tried again after a time that grows; a new one tries at once.
    """
    is_lost = connection.channel.get_state() is not grpc.ChannelConnectivity.READY
    connection.is_suspect |= is_lost or isinstance(fault, Stalled)


async def wait_for_connection(connection: Connection, patience_s: float) -> None:
    """Give a service that is gone the time to come back; without, the attempt fails at once.

    Args:
        connection: The one to call on.
        patience_s: How long an attempt may take.
    """
    try:
        async with asyncio.timeout(RECONNECT_SHARE * patience_s):
            await connection.channel.channel_ready()
    except TimeoutError:
        return
