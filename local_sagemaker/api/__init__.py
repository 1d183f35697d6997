"""SageMaker's operations, a file per resource."""
