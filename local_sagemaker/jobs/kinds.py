"""The kinds of jobs, and their names in ARNs and in the API."""

from dataclasses import dataclass

FINAL = ("Completed", "Failed", "Stopped")


@dataclass(frozen=True)
class JobKind:
    """The names of one kind of job."""

    noun: str
    """The name in ARNs, and the kind of the records: ``training-job``."""
    word: str
    """The name in members of the API: ``TrainingJob``."""
    log_group: str
    """The log group in CloudWatch Logs; empty if the job writes no logs itself."""
    started: str
    ended: str
    """The members with the start and the end of its work; empty if there is none."""

    @property
    def name(self) -> str:
        """The member with its name."""
        return f"{self.word}Name"

    @property
    def arn(self) -> str:
        """The member with its ARN."""
        return f"{self.word}Arn"

    @property
    def status(self) -> str:
        """The member with its status."""
        return f"{self.word}Status"

    @property
    def title(self) -> str:
        """The name in messages: ``training job``."""
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
