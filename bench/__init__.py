"""Programs that print figures, each a ratio or a time under stated load. Run from the project's folder."""
