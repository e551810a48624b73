// @ts-check
/**
 * The messages of the wire, as types. BACKEND_SPEC.md tells what each field means; a field without
 * a value is left out.
 */

/** @typedef {"listening" | "hearing" | "thinking" | "speaking"} Phase */

/** @typedef {{type: "audio_frame", pcm: Uint8Array}} AudioFrame */
/**
 * @typedef {{type: "config", language?: string, voice?: string, speaking_rate?: number,
 *   silence_timeout_ms?: number, barge_in?: "auto" | "tap" | "hold"}} Config
 */
/** @typedef {{type: "image", data: Uint8Array}} Image */
/** @typedef {{type: "text_message", text: string}} TextMessage */
/** @typedef {{type: "hello", version: number, ticket?: string, resume?: string}} Hello */
/** @typedef {{type: "speech_start"}} SpeechStart */
/** @typedef {{type: "speech_end"}} SpeechEnd */
/** @typedef {{type: "barge_in", generation_id?: number, played_samples?: number}} BargeIn */
/**
 * @typedef {{type: "playback", generation_id: number, played_samples: number,
 *   done?: boolean}} Playback
 */
/** @typedef {{type: "ping", data: Uint8Array}} Ping */
/**
 * @typedef {AudioFrame | Config | Image | TextMessage | Hello | SpeechStart | SpeechEnd | BargeIn
 *   | Playback | Ping} ClientMessage
 */

/** @typedef {{stt: string, tutor: string, voice: string}} EngineNames */
/**
 * @typedef {{type: "welcome", version: number, session_id: string, resume_token: string,
 *   resumed: boolean, engines: EngineNames, languages: string[], settings: Omit<Config, "type">,
 *   limits: Record<string, number>, formats: Record<string, number>}} Welcome
 */
/**
 * @typedef {{type: "transcript_interim", utterance_id: number, text: string,
 *   stability: number}} TranscriptInterim
 */
/**
 * @typedef {{type: "transcript_final", utterance_id: number, text: string,
 *   language: string}} TranscriptFinal
 */
/**
 * @typedef {{type: "audio_chunk", generation_id: number, first_sample: number,
 *   pcm: Uint8Array}} AudioChunk
 */
/** @typedef {{type: "audio_complete", generation_id: number, total_samples: number}} AudioComplete */
/**
 * @typedef {{type: "tutor_text", generation_id: number, delta: string,
 *   first_sample: number}} TutorText
 */
/** @typedef {{type: "tutor_notes", revision: number, markdown: string}} TutorNotes */
/**
 * @typedef {{type: "state", phase: Phase, generation_id: number,
 *   barge_in?: "maybe" | "rejected"}} State
 */
/** @typedef {{type: "interrupted", generation_id: number, heard_samples: number}} Interrupted */
/**
 * @typedef {{type: "error", code: string, message: string, action: string, retryable: boolean,
 *   fatal: boolean}} ServerError
 */
/**
 * @typedef {{type: "turn_metrics", generation_id: number, endpointing_ms: number | null,
 *   stt_ms: number | null, llm_ms: number | null, tts_ms: number | null, total_ms: number | null,
 *   dropped_frames: number}} TurnMetrics
 */
/** @typedef {{type: "pong", data: Uint8Array}} Pong */
/** @typedef {{type: "goaway", reason: string, deadline_ms: number}} GoAway */
/**
 * @typedef {Welcome | TranscriptInterim | TranscriptFinal | AudioChunk | AudioComplete | TutorText
 *   | TutorNotes | State | Interrupted | ServerError | TurnMetrics | Pong | GoAway} ServerMessage
 */

/** Version of the protocol this page speaks. */
export const PROTOCOL_VERSION = 1;
