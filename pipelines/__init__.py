"""A SageMaker Pipelines workflow over three built-in algorithms, and SageMaker on this machine to run it."""
