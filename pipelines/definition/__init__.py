"""The pipeline definition: DAG, steps, algorithms and checks."""
