"""EventBridge Scheduler: moto keeps the schedules of its API, and this room starts what they name at their times."""
