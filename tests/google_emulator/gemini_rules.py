"""What Gemini accepts: pure checks of a request, with the texts and codes of the real service.

A request comes with its fields in either spelling, ``inlineData`` or ``inline_data``; the checks
see the second one.
"""

import base64
import binascii
import re
from typing import Any

from tests.google_emulator.gemini_tables import (
    ALL_LEVELS,
    ALWAYS_THINKING,
    BUDGETS,
    CONFIG_FIELDS,
    CONTENT_FIELDS,
    FIELDS,
    HARMS,
    LEVELS,
    MODELS,
    PART_FIELDS,
    THINKING_FIELDS,
    THRESHOLDS,
)

WRONG_KEYS = {"wrong": 400, "forbidden": 403, "unauthenticated": 401}
"""Keys that are refused, and how; every other one is right."""

MAX_REQUEST_BYTES = 20 * 1024 * 1024
MAX_OUTPUT_TOKENS = 65_536
IMAGE_TYPES = {
    "image/png": b"\x89PNG",
    "image/jpeg": b"\xff\xd8",
    "image/webp": b"RIFF",
    "image/gif": b"GIF8",
}
STATUS_NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}

Body = dict[str, Any]


class Refusal(Exception):
    """The service answers with an error.

    Args:
        code: Its HTTP status.
        message: Its text.
        details: Its ``google.rpc.Status`` details.
    """

    def __init__(self, code: int, message: str, *details: Body):
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details

    @property
    def body(self) -> Body:
        """The answer's body."""
        error: Body = {
            "code": self.code,
            "message": self.message,
            "status": STATUS_NAMES.get(self.code, "UNKNOWN"),
        }
        return {"error": {**error, "details": list(self.details)} if self.details else error}


def normalise(value: Any) -> Any:
    """Return a JSON value with all names of fields in snake case; schemas are left alone."""
    if isinstance(value, list):
        return [normalise(item) for item in value]
    if not isinstance(value, dict):
        return value
    named = {re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower(): item for name, item in value.items()}
    return {
        name: item if name.endswith("schema") else normalise(item) for name, item in named.items()
    }


def check_key(key: str) -> None:
    """Refuse a key that is missing or wrong."""
    if not key:
        raise Refusal(403, "Method doesn't allow unregistered callers.")
    code = WRONG_KEYS.get(key)
    if code == 400:
        info = {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "API_KEY_INVALID",
            "domain": "googleapis.com",
        }
        raise Refusal(code, "API key not valid. Please pass a valid API key.", info)
    if code is not None:
        raise Refusal(code, "The caller does not have permission.")


def check_model(model: str) -> None:
    """Refuse a model that does not exist."""
    if model not in MODELS:
        raise Refusal(404, f"models/{model} is not found for API version v1beta.")


def check_request(model: str, body: Body) -> None:
    """Refuse a request for content that the model does not accept."""
    _check_names(body, FIELDS)
    _check_contents(body.get("contents"))
    _check_instruction(body.get("system_instruction", {}))
    _check_safety(body.get("safety_settings", []))
    config = body.get("generation_config", {})
    _check_names(config, CONFIG_FIELDS)
    _check_limits(config)
    _check_names(config.get("thinking_config", {}), THINKING_FIELDS)
    _check_thinking(model, config.get("thinking_config", {}))


def pictures(body: Body) -> list[tuple[str, bytes]]:
    """Return the type and the bytes of each picture in a request.

    Raises:
        Refusal: One is not a picture.
    """
    parts = [part for content in body["contents"] for part in content["parts"]]
    return [_read_picture(part["inline_data"]) for part in parts if "inline_data" in part]


def _check_names(body: Body, known: frozenset[str]) -> None:
    if unknown := body.keys() - known:
        raise Refusal(400, f'Invalid JSON payload received. Unknown name "{min(unknown)}".')


def _check_instruction(content: Body) -> None:
    _check_names(content, CONTENT_FIELDS)
    for part in content.get("parts", ()):
        _check_names(part, PART_FIELDS)


def _check_safety(safety: list[Body]) -> None:
    for rule in safety:
        for name, known in (("category", HARMS), ("threshold", THRESHOLDS)):
            if rule.get(name) not in known:
                raise Refusal(400, f'Invalid value at "safety_settings.{name}": {rule.get(name)}')


def _check_contents(contents: Any) -> None:
    if not contents:
        raise Refusal(400, "* GenerateContentRequest.contents: contents is not specified")
    for number, content in enumerate(contents):
        if content.get("role") not in ("user", "model"):
            raise Refusal(400, "Please use a valid role: user, model.")
        if content["role"] != ("model" if number % 2 else "user"):
            raise Refusal(400, "Please ensure that multiturn requests alternate between roles.")
        _check_names(content, CONTENT_FIELDS)
        _check_parts(content.get("parts"))
    if contents[-1]["role"] != "user":
        raise Refusal(400, "Please ensure that multiturn requests end with a user role.")


def _check_parts(parts: Any) -> None:
    if not parts:
        raise Refusal(400, "contents.parts must not be empty.")
    for part in parts:
        _check_names(part, PART_FIELDS)
        if not part.get("text") and not part.get("inline_data"):
            raise Refusal(400, "required oneof field 'data' must have one initialized field")


def _check_limits(config: Body) -> None:
    if not 1 <= config.get("max_output_tokens", 1) <= MAX_OUTPUT_TOKENS:
        raise Refusal(400, f"max_output_tokens must be from 1 to {MAX_OUTPUT_TOKENS}.")
    if not 0 <= config.get("temperature", 1) <= 2:
        raise Refusal(400, "temperature must be from 0 to 2.")


def _check_thinking(model: str, config: Body) -> None:
    level, budget = config.get("thinking_level"), config.get("thinking_budget")
    if level is not None and budget is not None:
        raise Refusal(400, "You can only set one of thinking budget and thinking level.")
    if level is not None:
        _check_level(model, level)
    if budget is not None and model in BUDGETS:
        _check_budget(model, budget)


def _check_level(model: str, level: str) -> None:
    if level not in ALL_LEVELS:
        raise Refusal(400, f'Invalid value at "thinking_level": {level}')
    if not LEVELS[model]:
        raise Refusal(400, "Thinking level is not supported for this model.")
    if level not in LEVELS[model]:
        raise Refusal(
            400,
            f"Thinking level {level} is not supported for this model."
            " Please retry with other thinking level.",
        )


def _check_budget(model: str, budget: int) -> None:
    if budget == 0 and model == ALWAYS_THINKING:
        raise Refusal(400, "Budget 0 is invalid. This model only works in thinking mode.")
    least, most = BUDGETS[model]
    if budget not in (0, -1) and not least <= budget <= most:
        raise Refusal(400, f"The thinking budget {budget} is invalid: from {least} to {most}.")


def _read_picture(blob: Body) -> tuple[str, bytes]:
    media_type = blob.get("mime_type", "")
    if media_type not in IMAGE_TYPES:
        raise Refusal(400, f"Unsupported MIME type: {media_type}")
    try:
        data = base64.b64decode(blob.get("data", ""), altchars=b"-_", validate=True)
    except binascii.Error:
        raise Refusal(400, "Base64 decoding failed.") from None
    if not data.startswith(IMAGE_TYPES[media_type]):
        raise Refusal(400, "Unable to process input image.")
    return media_type, data
