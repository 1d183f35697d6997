"""The operations of the SageMaker API: one file per resource."""
