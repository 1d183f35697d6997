"""Reading the raw CSV file of the bikes: from cells to checked hourly observations."""
