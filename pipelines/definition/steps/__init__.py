"""The steps, a file each: functions from the context and the outputs of earlier steps to the SDK's step."""
