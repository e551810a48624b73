"""Google's engines, as the benches measure them."""

from dataclasses import replace

import engines
from engine_api import Engines
from engines.google.hearing.recognition_call import CallLimits
from engines.google.hearing.recognizer import GoogleRecognizer
from engines.scripted import LoudnessDetector, Script
from settings import Settings

HARD_SHARE = 1.5
"""When a call is replaced even while a guess is pending, as a share of when it is without one."""


def create_engines(settings: Settings, rotation_s: float | None) -> Engines:
    """Return the engines that the settings choose, not yet started.

    Loud is taken for speech, for the embedded detector would cost more than all that is measured.

    Args:
        settings: The settings of the service.
        rotation_s: How old a call of the ears may grow, in seconds; Google's limit if left out.
    """
    chosen = replace(engines.create_engines(settings), detector=LoudnessDetector(Script()))
    if rotation_s is None:
        return chosen
    limits = CallLimits(soft_rotation_s=rotation_s, hard_rotation_s=HARD_SHARE * rotation_s)
    return replace(chosen, recognizer=GoogleRecognizer(settings, limits))
