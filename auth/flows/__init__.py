"""What people do for themselves, one verb a file."""
