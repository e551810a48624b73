"""The number of each message on the wire, and which side may send it."""

from collections.abc import Mapping
from enum import IntEnum

import messages as m


class FrameType(IntEnum):
    """The first byte of a frame. The ``type`` of its JSON form is the name in lower case."""

    AUDIO_FRAME = 0x01
    CONFIG = 0x02
    IMAGE = 0x03
    TEXT_MESSAGE = 0x04
    HELLO = 0x05
    SPEECH_START = 0x06
    SPEECH_END = 0x07
    BARGE_IN = 0x08
    PLAYBACK = 0x09
    PING = 0x0A

    WELCOME = 0x10
    TRANSCRIPT_INTERIM = 0x11
    TRANSCRIPT_FINAL = 0x12
    AUDIO_CHUNK = 0x13
    AUDIO_COMPLETE = 0x14
    TUTOR_TEXT = 0x15
    TUTOR_NOTES = 0x16
    STATE = 0x17
    INTERRUPTED = 0x18
    ERROR = 0x19
    TURN_METRICS = 0x1A
    PONG = 0x1B
    GOAWAY = 0x1C


CLIENT_TYPES: Mapping[FrameType, type[m.ClientMessage]] = {
    FrameType.AUDIO_FRAME: m.AudioFrame,
    FrameType.CONFIG: m.Config,
    FrameType.IMAGE: m.Image,
    FrameType.TEXT_MESSAGE: m.TextMessage,
    FrameType.HELLO: m.Hello,
    FrameType.SPEECH_START: m.SpeechStart,
    FrameType.SPEECH_END: m.SpeechEnd,
    FrameType.BARGE_IN: m.BargeIn,
    FrameType.PLAYBACK: m.Playback,
    FrameType.PING: m.Ping,
}

SERVER_TYPES: Mapping[FrameType, type[m.ServerMessage]] = {
    FrameType.WELCOME: m.Welcome,
    FrameType.TRANSCRIPT_INTERIM: m.TranscriptInterim,
    FrameType.TRANSCRIPT_FINAL: m.TranscriptFinal,
    FrameType.AUDIO_CHUNK: m.AudioChunk,
    FrameType.AUDIO_COMPLETE: m.AudioComplete,
    FrameType.TUTOR_TEXT: m.TutorText,
    FrameType.TUTOR_NOTES: m.TutorNotes,
    FrameType.STATE: m.State,
    FrameType.INTERRUPTED: m.Interrupted,
    FrameType.ERROR: m.Error,
    FrameType.TURN_METRICS: m.TurnMetrics,
    FrameType.PONG: m.Pong,
    FrameType.GOAWAY: m.GoAway,
}

FRAME_TYPES: Mapping[type[m.Message], FrameType] = {
    message_class: frame_type
    for types in (CLIENT_TYPES, SERVER_TYPES)
    for frame_type, message_class in types.items()
}
