"""Measures the service: a talking client, a load generator, latency reports."""
