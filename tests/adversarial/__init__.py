"""One attack per test, named after the threat."""
