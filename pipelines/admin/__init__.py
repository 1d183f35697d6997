"""Around executions: doctor, teardown, and the stack."""
