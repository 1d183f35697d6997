"""The containers of the local SageMaker: a sandbox around a process, and a stand-in for each image."""
