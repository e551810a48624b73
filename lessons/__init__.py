"""What the practice tutor knows: lessons, sums and times tables. Pure; imports nothing of ours."""
