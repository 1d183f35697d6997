"""The kinds of jobs, and how each names things."""

from __future__ import annotations

from dataclasses import dataclass

FINAL = ("Completed", "Failed", "Stopped")


@dataclass(frozen=True)
class JobKind:
    """How one kind of job names things.

    Attributes
    ----------
    noun
        In ARNs, and the kind of its records: ``training-job``.
    word
        In the members of its API: ``TrainingJob``.
    log_group
        Of CloudWatch Logs; empty where it writes none itself.
    started, ended
        The members which hold when its work began and ended; empty where there is none.
    """

    noun: str
    word: str
    log_group: str
    started: str
    ended: str

    @property
    def name(self) -> str:
        """The member which holds its name."""
        return f"{self.word}Name"

    @property
    def arn(self) -> str:
        """The member which holds its ARN."""
        return f"{self.word}Arn"

    @property
    def status(self) -> str:
        """The member which holds its status."""
        return f"{self.word}Status"

    @property
    def title(self) -> str:
        """For people: ``training job``."""
        return self.noun.replace("-", " ").replace("hyper parameter", "hyperparameter")


PROCESSING = JobKind(
    "processing-job", "ProcessingJob", "/aws/sagemaker/ProcessingJobs", "ProcessingStartTime", "ProcessingEndTime"
)
TRAINING = JobKind("training-job", "TrainingJob", "/aws/sagemaker/TrainingJobs", "TrainingStartTime", "TrainingEndTime")
TRANSFORM = JobKind(
    "transform-job", "TransformJob", "/aws/sagemaker/TransformJobs", "TransformStartTime", "TransformEndTime"
)
TUNING = JobKind("hyper-parameter-tuning-job", "HyperParameterTuningJob", "", "", "HyperParameterTuningEndTime")
KINDS = (PROCESSING, TRAINING, TRANSFORM, TUNING)
