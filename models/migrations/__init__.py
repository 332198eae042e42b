"""Migrations, written by Tortoise's own `makemigrations` and run by `models.migrator`."""
