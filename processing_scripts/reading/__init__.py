"""Reading the raw CSV file: from bytes to checked hourly observations."""
