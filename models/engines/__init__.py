"""Tortoise engines of our own.

The stock ones lose a lock or a pooled connection when a task is cancelled while a transaction starts or ends, and let
a task that was started inside a transaction write into it. `common` says what both have in common, `sqlite` and
`postgres` what they do differently, `schema` how tables are changed.
"""
