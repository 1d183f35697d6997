"""CloudFormation stacks with SageMaker resources."""
