"""Real components meet real limits: one file per promise."""
