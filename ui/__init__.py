"""The top floor: what people see. It asks auth, never the tables."""
