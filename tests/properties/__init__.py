"""What holds for every input: hypothesis looks for the one where it does not."""
