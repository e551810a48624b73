"""Google Cloud Speech as the recognizer."""
