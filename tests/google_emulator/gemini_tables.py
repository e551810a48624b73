"""What the emulated Gemini knows: its models, how each may think, and the names of all fields."""

ALL_LEVELS = frozenset({"MINIMAL", "LOW", "MEDIUM", "HIGH"})
UPPER_LEVELS = frozenset({"LOW", "MEDIUM", "HIGH"})
NO_LEVELS = frozenset[str]()

LEVELS = {
    "gemini-2.5-flash": NO_LEVELS,
    "gemini-2.5-flash-lite": NO_LEVELS,
    "gemini-2.5-pro": NO_LEVELS,
    "gemini-3.1-flash-lite": ALL_LEVELS,
    "gemini-3.1-pro": UPPER_LEVELS,
    "gemini-3.5-flash": ALL_LEVELS,
    "gemini-3.5-flash-lite": ALL_LEVELS,
    "gemini-3.6-flash": ALL_LEVELS,
    "gemini-3.7-flash": UPPER_LEVELS,
    "gemini-3.8-flash": UPPER_LEVELS,
    "gemini-4-argon": UPPER_LEVELS,
}
"""The levels of thinking that each model takes."""

MODELS = tuple(LEVELS)

BUDGETS = {
    "gemini-2.5-flash": (0, 24_576),
    "gemini-2.5-flash-lite": (512, 24_576),
    "gemini-2.5-pro": (128, 32_768),
}
"""The least and the most tokens of thinking; 0 turns it off, save in Pro."""

ALWAYS_THINKING = "gemini-2.5-pro"

FIELDS = frozenset(
    {
        "cached_content",
        "contents",
        "generation_config",
        "labels",
        "model",
        "safety_settings",
        "system_instruction",
        "tool_config",
        "tools",
    }
)
CONFIG_FIELDS = frozenset(
    {
        "candidate_count",
        "max_output_tokens",
        "response_json_schema",
        "response_mime_type",
        "response_schema",
        "seed",
        "stop_sequences",
        "temperature",
        "thinking_config",
        "top_k",
        "top_p",
    }
)
THINKING_FIELDS = frozenset({"include_thoughts", "thinking_budget", "thinking_level"})
CONTENT_FIELDS = frozenset({"parts", "role"})
PART_FIELDS = frozenset({"inline_data", "text", "thought", "thought_signature"})
HARMS = frozenset(
    {
        "HARM_CATEGORY_DANGEROUS_CONTENT",
        "HARM_CATEGORY_HARASSMENT",
        "HARM_CATEGORY_HATE_SPEECH",
        "HARM_CATEGORY_SEXUALLY_EXPLICIT",
    }
)
THRESHOLDS = frozenset(
    {"BLOCK_LOW_AND_ABOVE", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_ONLY_HIGH", "BLOCK_NONE", "OFF"}
)
