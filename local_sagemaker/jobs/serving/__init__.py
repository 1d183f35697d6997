"""Model servers, for batch transform and endpoints."""
