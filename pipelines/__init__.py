"""A SageMaker Pipelines workflow over three built-in algorithms, and the local SageMaker to run it."""
