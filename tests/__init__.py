"""The tests of airssys; CONTRIBUTING.md says what belongs in which folder."""
