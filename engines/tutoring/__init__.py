"""What the tutors that are reached over the network have in common."""
