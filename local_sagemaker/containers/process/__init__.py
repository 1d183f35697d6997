"""Processes that stand in for containers: launcher, sandbox and namespaces."""
