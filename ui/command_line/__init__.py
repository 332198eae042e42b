"""The command line: the same house without a browser."""
