"""What a text is a sign of, and whom a person can call. Pure: no I/O, no clock."""
