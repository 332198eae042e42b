"""The ground floor: tables, and everything that SQLite and PostgreSQL do differently. Tortoise and nothing else.

A table's class has a comment, not a docstring: Tortoise would make it the table's description in the database, and
every better wording a migration.
"""
