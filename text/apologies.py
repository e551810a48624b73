"""What the tutor says when something fails, in the learner's language: never silence."""

ENGLISH = {
    "stt": "Sorry, I could not hear that. Please say it again.",
    "tutor": "Sorry, I lost my thread. Please ask me again.",
    "empty": "I have no answer to that. Please ask me in another way.",
    "busy": "I have too many learners just now. Please try again in a moment.",
}
SPANISH = {
    "stt": "Perdona, no te he oído bien. Repítelo, por favor.",
    "tutor": "Perdona, he perdido el hilo. Pregúntamelo otra vez, por favor.",
    "empty": "No tengo respuesta para eso. Pregúntamelo de otra manera, por favor.",
    "busy": "Ahora mismo tengo demasiados alumnos. Inténtalo de nuevo en un momento.",
}
BY_LANGUAGE = {"en": ENGLISH, "es": SPANISH}


def apologise(code: str, language: str) -> str:
    """Return the sentence to say.

    Args:
        code: An error's code, of which the part before the first ``_`` counts.
        language: BCP 47 tag; one we have no words in gets English.
    """
    sentences = BY_LANGUAGE.get(language.split("-")[0].lower(), ENGLISH)
    return sentences.get(code.split("_")[0], sentences["tutor"])
