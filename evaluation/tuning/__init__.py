"""Training and tuning jobs: their times, their history, and the comparison of tuned with untuned models."""
