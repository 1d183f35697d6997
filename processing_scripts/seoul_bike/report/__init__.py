"""The data report of the bikes: their distribution, seasonality, suspicious values and drift."""
