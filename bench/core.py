"""Gives a process a core of its own, so that measuring does not disturb what is measured."""

import contextlib
import os

REAL_TIME_PRIORITY = 10


def available_cores() -> list[int]:
    """Return the numbers of the cores this process may use; none where the system keeps quiet."""
    if not hasattr(os, "sched_getaffinity"):
        return []
    return sorted(os.sched_getaffinity(0))


def claim_core(core: int | None, *, real_time: bool) -> None:
    """Keep this process on one core, where the system can; ahead of others, where it may.

    Args:
        core: Its number; ``None`` leaves the choice to the system.
        real_time: Ask for a real-time schedule, without which other jobs cause stalls of 20 ms
            and more. Granted to root only.
    """
    if core is None or not hasattr(os, "sched_setaffinity"):
        return
    os.sched_setaffinity(0, {core})
    if real_time:
        with contextlib.suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(REAL_TIME_PRIORITY))


def describe_schedule() -> str:
    """Return how this process is scheduled, for the head of a report."""
    if not hasattr(os, "sched_getscheduler"):
        return "any core, no priority"
    real_time = os.sched_getscheduler(0) == os.SCHED_RR
    cores = len(os.sched_getaffinity(0))
    return f"{cores} core, {'real-time' if real_time else 'normal'} priority"
