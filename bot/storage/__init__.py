"""Rows. SQL stands in queries.sql by name, the schema in migrations/, and user text is sealed before it gets here."""
