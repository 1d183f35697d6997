"""``boostpipe studio``: a web page over the SageMaker API, for AWS and for the local service."""
