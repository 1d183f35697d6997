"""The containers of the local SageMaker: a sandbox around a process, and what stands in for each image."""
