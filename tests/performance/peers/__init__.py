"""The main job and steps that do nothing, by other programs that run pipelines on one machine, and by this one."""
