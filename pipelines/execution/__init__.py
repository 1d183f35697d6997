"""Executions: upsert, start, follow, results, logs, schedule and estimate."""
