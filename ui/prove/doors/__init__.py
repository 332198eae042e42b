"""The doors, each tried by somebody at one page. What is expected comes from `ui.prove.personas` alone."""
