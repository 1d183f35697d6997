"""The local JumpStart bucket: model specs, scripts and artifacts."""
