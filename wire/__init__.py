"""Inside the wire: the number of each message, and the codec of its payload."""
