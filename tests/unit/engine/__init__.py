"""The engine room's pure pieces, one file per module."""
