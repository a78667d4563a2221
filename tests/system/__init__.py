"""The installed command line in a process of its own."""
