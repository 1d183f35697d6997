"""Read models: what the views show, as data without HTML, from the SageMaker API."""
