"""Pure and fast: one file per module of src, no guest, no real time."""
