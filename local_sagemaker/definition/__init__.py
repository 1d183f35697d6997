"""Pipeline definitions: parsed, resolved and checked. Needs botocore only."""
