"""How the practice tutor talks: small skills, tried in order. What it knows is in ``lessons``."""
