"""Hearing: the audio queue becomes utterances, transcripts and the learner's turns."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

import endpointing as ep
from endpointing import Endpointer, EndpointingPolicy
from engine_api import (
    INPUT_RATE,
    Engines,
    FinalTranscript,
    InterimTranscript,
    RecognizerEvent,
    RecognizerOptions,
    RecognizerStream,
    UtteranceEnded,
)
from errors import EngineError
from messages import AudioFrame, Config, SpeechEnd, SpeechStart, TranscriptFinal, TranscriptInterim
from session_state import HearingFailed, LearnerSpoke, Phase, SessionState
from turn import TurnTimes
from watchdog import failed, stalled
