"""Google Cloud Text-to-Speech as the voice."""
