"""SageMaker on this machine: the same API, the same JSON, real work. Imports nothing from the rest of ``pipelines``."""
