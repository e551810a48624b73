"""What the ears keep: audio that waits, utterances, decisions, and the recognizer."""
