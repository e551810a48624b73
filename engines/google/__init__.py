"""The Google engines: Cloud Speech, Gemini and Cloud Text-to-Speech."""

import os

# gRPC's core writes a line to stderr whenever a server says goodbye. It reads its verbosity once,
# when first imported; so it is told before any module of this package imports it.
os.putenv("GRPC_VERBOSITY", "ERROR")
