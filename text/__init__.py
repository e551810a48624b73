"""Words: sentences out of a stream, what a voice may read, echo, and apologies."""
