"""The actor room (being built)."""
