"""Endpoints: what ``boostpipe endpoint`` does, one API call after another, the same on AWS and locally."""
