"""Jobs: their life cycle, and processing, training, batch transform and tuning."""
