"""Flows as values: what a YAML file may say, how it is read, what makes it wrong, how it is drawn."""
