"""A SageMaker Pipelines workflow over three built-in algorithms, and the local service that runs it."""
