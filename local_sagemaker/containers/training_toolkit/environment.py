"""The environment of a training script: the variables ``SM_*``, and its command line."""

import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from local_sagemaker.containers.errors import ClientError
from local_sagemaker.containers.images import Toolkit
from local_sagemaker.containers.process.paths import rewrite_ml
from local_sagemaker.containers.training_toolkit.layout import Layout

logger = logging.getLogger(__name__)

_TOOLKIT_HYPERPARAMETERS = (
    "sagemaker_program", "sagemaker_submit_directory", "sagemaker_enable_cloudwatch_metrics",
    "sagemaker_container_log_level", "_tuning_objective_metric", "sagemaker_job_name", "sagemaker_s3_output",
    "sagemaker_region", "default_user_module_name",
)  # fmt: skip

_LAUNCHERS = (
    "sagemaker_mpi_enabled", "sagemaker_distributed_dataparallel_enabled", "sagemaker_pytorch_ddp_enabled",
    "sagemaker_pytorch_xla_multi_worker_enabled", "sagemaker_torch_distributed_enabled",
    "sagemaker_multi_worker_mirrored_strategy_enabled",
)  # fmt: skip


@dataclass(frozen=True)
class TrainingEnvironment:
    """A training container as the toolkit sees it.

    ``hyperparameters`` are the script's own, and ``toolkit_hyperparameters`` those for the toolkit itself, decoded from
    JSON where they are JSON. ``toolkit`` is the one that the environment is for: the predecessor of today's knows no
    instance groups.
    """

    layout: Layout
    hyperparameters: dict[str, Any]
    toolkit_hyperparameters: dict[str, Any]
    channels: dict[str, dict[str, Any]]
    resources: dict[str, Any]
    toolkit: Toolkit = "sagemaker-training"

    @classmethod
    def of_this_container(cls, toolkit: Toolkit = "sagemaker-training") -> Self:
        """Read the configuration files."""
        layout = Layout.of_this_container()
        decoded = {
            name: _read(name, rewrite_ml(value, layout.base)) for name, value in layout.read_hyperparameters().items()
        }
        to_toolkit = {
            name: value
            for name, value in decoded.items()
            if name in _TOOLKIT_HYPERPARAMETERS or name.startswith("sagemaker_")
        }
        script = {name: value for name, value in decoded.items() if name not in to_toolkit}
        return cls(layout, script, to_toolkit, layout.read_channels(), layout.read_resources(), toolkit)

    @property
    def hosts(self) -> list[str]:
        """The names of all hosts of the job; the first is the master."""
        return list(self.resources["hosts"])

    @property
    def network_interface(self) -> str:
        """The name of the network interface that connects the hosts."""
        return str(self.resources.get("network_interface_name", "eth0"))

    @property
    def program(self) -> str | None:
        """The user's entry point; None in algorithm mode."""
        program = os.environ.get("SAGEMAKER_PROGRAM") or self.toolkit_hyperparameters.get("sagemaker_program")
        return None if program is None else str(program)

    @property
    def submit_directory(self) -> str:
        """The location of the user's code: an S3 URI, a folder or an archive."""
        return str(self.toolkit_hyperparameters.get("sagemaker_submit_directory", self.layout.code))

    def require_no_launcher(self) -> None:
        """Raise ClientError if a hyperparameter requests a launcher of distributed training."""
        for name in _LAUNCHERS:
            if self.toolkit_hyperparameters.get(name):
                raise ClientError(
                    f"The hyperparameter {name} requests a launcher of distributed training, which the local SageMaker "
                    "does not support; remove the distribution from the estimator."
                )

    def arguments(self) -> list[str]:
        """The hyperparameters as ``--name value``, sorted by name."""
        return [
            part for name in sorted(self.hyperparameters) for part in (_flag(name), _text(self.hyperparameters[name]))
        ]

    def variables(self) -> dict[str, str]:
        """The variables ``SM_*``, and the two ``SAGEMAKER_*`` that the toolkit sets."""
        values = self._values()
        channels = {f"channel_{name}": str(self.layout.channel(name)) for name in self.channels}
        hyperparameters = {f"hp_{name}": value for name, value in self.hyperparameters.items()}
        everything = {
            **values,
            "hps": self.hyperparameters,
            "channels": sorted(self.channels),
            "framework_params": self._framework_parameters,
            "training_env": self._snapshot(values),
            "user_args": self.arguments(),
            **channels,
            **hyperparameters,
        }
        return {
            **{f"SM_{name.upper()}": encode(value) for name, value in everything.items()},
            "SAGEMAKER_JOB_NAME": encode(self.toolkit_hyperparameters.get("sagemaker_job_name")),
            "SAGEMAKER_REGION": encode(
                self.toolkit_hyperparameters.get("sagemaker_region", os.environ.get("AWS_REGION"))
            ),
        }

    @property
    def _framework_parameters(self) -> dict[str, Any]:
        toolkit = self.toolkit_hyperparameters
        return {name: value for name, value in toolkit.items() if name not in _TOOLKIT_HYPERPARAMETERS}

    def _snapshot(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The value of ``SM_TRAINING_ENV``: the toolkit's ``Environment``, for JSON."""
        master = self.hosts[0]
        snapshot = {
            **values,
            "additional_framework_parameters": self._framework_parameters,
            "channel_input_dirs": {name: str(self.layout.channel(name)) for name in self.channels},
            "hyperparameters": self.hyperparameters,
            "is_master": self.resources["current_host"] == master,
            "job_name": os.environ.get("TRAINING_JOB_NAME"),
            "master_hostname": master,
        }
        return {**snapshot, **_WITHOUT_DISTRIBUTION} if self._knows_instance_groups else snapshot

    @property
    def _knows_instance_groups(self) -> bool:
        return self.toolkit == "sagemaker-training"

    def _values(self) -> dict[str, Any]:
        program = self.program
        values = {
            "hosts": self.hosts,
            "current_host": self.resources["current_host"],
            "network_interface_name": self.network_interface,
            "resource_config": self.resources,
            "input_data_config": self.channels,
            "user_entry_point": program,
            "module_name": str(program).removesuffix(".py"),
            "module_dir": self.submit_directory,
            "framework_module": os.environ.get("SAGEMAKER_TRAINING_MODULE"),
            "log_level": self.toolkit_hyperparameters.get("sagemaker_container_log_level", logging.INFO),
            "input_dir": str(self.layout.input),
            "input_config_dir": str(self.layout.configuration),
            "output_dir": str(self.layout.output),
            "output_data_dir": str(self.layout.output_data),
            "output_intermediate_dir": str(self.layout.output / "intermediate"),
            "model_dir": str(self.layout.model),
            "num_cpus": int(os.environ.get("SM_NUM_CPUS", "1")),
            "num_gpus": 0,
        }
        return {**values, **self._instance_groups()} if self._knows_instance_groups else values

    def _instance_groups(self) -> dict[str, Any]:
        groups = self.resources.get("instance_groups", [])
        group = self.resources.get("current_group_name", "homogeneousCluster")
        return {
            "current_instance_type": self.resources.get("current_instance_type", "local"),
            "current_instance_group": group,
            "current_instance_group_hosts": next(
                (each["hosts"] for each in groups if each["instance_group_name"] == group), []
            ),
            "instance_groups": [each["instance_group_name"] for each in groups],
            "instance_groups_dict": {each["instance_group_name"]: each for each in groups},
            "distribution_instance_groups": [],
            "is_hetero": len(groups) > 1,
            "num_neurons": 0,
        }


_WITHOUT_DISTRIBUTION: dict[str, Any] = {
    "distribution_hosts": [],
    "is_modelparallel_enabled": None,
    "is_smddpmprun_installed": False,
    "is_smddprun_installed": False,
    "topology": [],
}
"""Further values of today's toolkit, for a job without its distributed training."""


def decode(value: str) -> Any:
    """A hyperparameter's value: the decoded JSON, or the text itself if it is not JSON."""
    try:
        return json.loads(value)
    except ValueError:
        return value


def _read(name: str, value: str) -> Any:
    decoded = decode(value)
    if decoded is value:
        logger.info("Failed to parse hyperparameter %s value %s to Json.\nReturning the value itself", name, value)
    return decoded


def encode(value: Any) -> str:
    """A value as the text of an environment variable."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"))


def _flag(name: str) -> str:
    return "-" * min(len(name), 2) + name


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ",".join(f"{key}={item}" for key, item in sorted(value.items()))
    return str(value)
