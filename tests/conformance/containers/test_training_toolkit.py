"""Script mode as the training toolkit does it (``docs/contracts.md``, section 5)."""

from __future__ import annotations

import gzip
import json
import shlex
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from local_sagemaker.containers.images import stand_in_for
from local_sagemaker.containers.training_toolkit.run import train
from local_sagemaker.jobs import instances
from local_sagemaker.jobs.processing import run_processing
from local_sagemaker.jobs.training.run import run_training
from tests.conformance.containers.workbench import (
    AUTOGLUON,
    MXNET_TRAINING,
    PYTORCH,
    PYTORCH_TRAINING,
    SKLEARN,
    TENSORFLOW_TRAINING,
    XGBOOST,
    Isolation,
    Workbench,
    archive,
    channel,
    completed,
    processing_request,
    running,
    script_request,
    training_request,
    wait_until,
    wheel,
)
from tests.support.namespaces import needs_namespaces


def _printed(log: str) -> Any:
    return json.loads(next(line for line in log.splitlines() if line.startswith("printed ")).removeprefix("printed "))


def test_script_sees_no_module_of_the_service(bench: Workbench, isolation: Isolation) -> None:
    script = "import sys; print('ours:', [name for name in sys.modules if name.startswith('local_sagemaker')])"
    job = bench.job(isolation)
    completed(run_training(script_request(bench.store, script), job.context))
    assert "ours: []\n" in job.log


def test_hyperparameters_become_arguments(bench: Workbench, isolation: Isolation) -> None:
    given = {
        "zeta": '"quoted"',
        "alpha": "0.5",
        "plain": "not json",
        "flag": "true",
        "nothing": "null",
        "list": '["a", 1]',
        "map": '{"y": 2, "x": 1}',
        "n": "3",
        "sagemaker_container_log_level": "20",
    }
    job = bench.job(isolation)
    script = "import json, sys; print('printed', json.dumps(sys.argv))"
    completed(run_training(script_request(bench.store, script, given), job.context))
    assert _printed(job.log) == [
        "train.py",
        *("--alpha", "0.5", "--flag", "True", "--list", "['a', 1]", "--map", "x=1,y=2", "-n", "3"),
        *("--nothing", "", "--plain", "not json", "--zeta", "quoted"),
    ]


def test_environment_variables(bench: Workbench, isolation: Isolation) -> None:
    bench.store.write("s3://bucket/data/a", "1")
    script = """
import json, os
print("printed", json.dumps({name: value for name, value in os.environ.items() if name.startswith("SM_")}))
"""
    request = script_request(
        bench.store, script, {"max-depth": "6"}, channels=[channel("my-data", "s3://bucket/data/")]
    )
    job = bench.job(isolation, threads=2)
    completed(run_training(request, job.context))
    variables = _printed(job.log)
    assert variables["SM_MODEL_DIR"] == "/opt/ml/model"
    assert variables["SM_OUTPUT_DATA_DIR"] == "/opt/ml/output/data"
    assert variables["SM_CHANNEL_MY-DATA"] == "/opt/ml/input/data/my-data"
    assert json.loads(variables["SM_CHANNELS"]) == ["code", "my-data"]
    assert json.loads(variables["SM_HPS"]) == {"max-depth": 6}
    assert variables["SM_HP_MAX-DEPTH"] == "6"
    assert json.loads(variables["SM_USER_ARGS"]) == ["--max-depth", "6"]
    assert (variables["SM_NUM_CPUS"], variables["SM_NUM_GPUS"]) == ("2", "0")
    assert (variables["SM_HOSTS"], variables["SM_CURRENT_HOST"]) == ('["algo-1"]', "algo-1")
    assert (variables["SM_USER_ENTRY_POINT"], variables["SM_MODULE_NAME"]) == ("train.py", "train")
    assert json.loads(variables["SM_INPUT_DATA_CONFIG"])["my-data"]["TrainingInputMode"] == "File"
    assert json.loads(variables["SM_RESOURCE_CONFIG"])["current_host"] == "algo-1"
    assert variables["SM_FRAMEWORK_MODULE"] == "sagemaker_pytorch_container.training:main"
    assert variables["SM_LOG_LEVEL"] == "20"
    assert variables["SM_NETWORK_INTERFACE_NAME"] == "eth0"
    assert variables["SM_MODULE_DIR"] == "/opt/ml/input/data/code/sourcedir.tar.gz"
    folders = {name: variables[f"SM_{name}_DIR"] for name in ("INPUT", "INPUT_CONFIG", "OUTPUT", "OUTPUT_INTERMEDIATE")}
    assert folders == {
        "INPUT": "/opt/ml/input",
        "INPUT_CONFIG": "/opt/ml/input/config",
        "OUTPUT": "/opt/ml/output",
        "OUTPUT_INTERMEDIATE": "/opt/ml/output/intermediate",
    }


def test_environment_as_json(bench: Workbench) -> None:
    bench.store.write("s3://bucket/data/a", "1")
    script = "import os; print('printed', os.environ['SM_TRAINING_ENV']); print(os.environ['SAGEMAKER_REGION'])"
    given = {"max-depth": "6", "sagemaker_own": "1", "nothing": "null"}
    request = script_request(bench.store, script, given, channels=[channel("my-data", "s3://bucket/data/")])
    job = bench.job(name="my-job")
    completed(run_training(request, job.context))
    environment = _printed(job.log)
    expected = {
        "additional_framework_parameters": {"sagemaker_own": 1},
        "channel_input_dirs": {name: f"/opt/ml/input/data/{name}" for name in ("code", "my-data")},
        "current_host": "algo-1",
        "framework_module": "sagemaker_pytorch_container.training:main",
        "hosts": ["algo-1"],
        "hyperparameters": {"max-depth": 6, "nothing": None},
        "is_hetero": False,
        "is_master": True,
        "job_name": "my-job",
        "log_level": 20,
        "master_hostname": "algo-1",
        "model_dir": "/opt/ml/model",
        "module_name": "train",
        "num_gpus": 0,
        "user_entry_point": "train.py",
    }
    assert {name: environment[name] for name in expected} == expected
    assert "us-east-1\n" in job.log


INSTANCE_GROUPS = {
    "current_instance_group",
    "current_instance_group_hosts",
    "current_instance_type",
    "distribution_instance_groups",
    "instance_groups",
    "instance_groups_dict",
    "is_hetero",
    "num_neurons",
}


@pytest.mark.parametrize(
    ("image", "knows"),
    [(SKLEARN, True), (PYTORCH_TRAINING, True), (XGBOOST, False)],
    ids=["sklearn", "pytorch", "xgboost"],
)
def test_older_toolkit_has_no_instance_groups(bench: Workbench, image: str, *, knows: bool) -> None:
    script = (
        "import json, os; print('printed', json.dumps([dict(os.environ), json.loads(os.environ['SM_TRAINING_ENV'])]))"
    )
    job = bench.job()
    completed(run_training(script_request(bench.store, script, image=image), job.context))
    variables, environment = _printed(job.log)
    assert INSTANCE_GROUPS & set(environment) == (INSTANCE_GROUPS if knows else set())
    names = {f"SM_{name.upper()}" for name in INSTANCE_GROUPS}
    assert names & set(variables) == (names if knows else set())
    assert ("topology" in environment) == knows
    assert {"hosts", "is_master", "job_name", "resource_config"} <= set(environment)


@pytest.mark.parametrize(
    ("image", "container"), [(SKLEARN, "sklearn"), (XGBOOST, "xgboost")], ids=["sklearn", "xgboost"]
)
def test_image_variables(bench: Workbench, image: str, container: str) -> None:
    script = "import json, os; print('printed', json.dumps(dict(os.environ)))"
    job = bench.job()
    completed(run_processing(processing_request(bench.store, script, image=image), job.context))
    expected = {
        "SAGEMAKER_SERVING_MODULE": f"sagemaker_{container}_container.serving:main",
        "SAGEMAKER_TRAINING_MODULE": f"sagemaker_{container}_container.training:main",
        "SM_CHECKPOINT_CONFIG_FILE": "/opt/ml/input/config/checkpointconfig.json",
        "SM_INPUT": "/opt/ml/input",
        "SM_INPUT_DATA_CONFIG_FILE": "/opt/ml/input/config/inputdataconfig.json",
        "SM_INPUT_TRAINING_CONFIG_FILE": "/opt/ml/input/config/hyperparameters.json",
        "SM_MODEL_DIR": "/opt/ml/model",
    }
    assert _printed(job.log).items() >= expected.items()


def test_request_environment_wins(bench: Workbench) -> None:
    request = script_request(
        bench.store,
        "import os; print('printed', '\"%s\"' % os.environ['SM_INPUT'])",
        image=SKLEARN,
        Environment={"SM_INPUT": "mine"},
    )
    job = bench.job()
    completed(run_training(request, job.context))
    assert _printed(job.log) == "mine"


def test_code_runs_in_opt_ml_code(bench: Workbench) -> None:
    script = "import helper, os; print('printed', '[\"%s\", \"%s\"]' % (os.getcwd(), helper.WORD))"
    job = bench.job()
    completed(run_training(script_request(bench.store, script, files={"helper.py": "WORD = 'help'"}), job.context))
    assert _printed(job.log) == ["/opt/ml/code", "help"]


def test_code_from_a_channel_folder(bench: Workbench) -> None:
    bench.store.write("s3://bucket/plain/train.py", "print('from a folder')")
    given = {"sagemaker_program": "train.py", "sagemaker_submit_directory": "/opt/ml/input/data/plain"}
    request = script_request(bench.store, "", given, channels=[channel("plain", "s3://bucket/plain/")])
    job = bench.job()
    completed(run_training(request, job.context))
    assert "from a folder\n" in job.log


def test_missing_code_fails_clearly(bench: Workbench) -> None:
    request = script_request(bench.store, "", {"sagemaker_submit_directory": "/opt/ml/input/data/nothing"})
    job = bench.job()
    reason = job.inside(run_training(request, job.context).failure_reason)
    assert reason.startswith("AlgorithmError: Framework Error: \nTraceback (most recent call last):\n")
    assert reason.endswith("\n[Errno 2] No such file or directory: '/opt/ml/input/data/nothing', exit code: 2")


def test_missing_command_is_an_os_error(bench: Workbench) -> None:
    job = bench.job()
    outcome = run_training(script_request(bench.store, "", {"sagemaker_program": "nothing.sh"}), job.context)
    assert job.inside(outcome.failure_reason).endswith(
        "\n[Errno 2] No such file or directory: '/opt/ml/code/nothing.sh', exit code: 2"
    )


def test_a_code_archive_is_compressed(bench: Workbench) -> None:
    plain = gzip.decompress(archive({"train.py": ""}))
    bench.store.write("s3://bucket/plain/sourcedir.tar", plain)
    given = {"sagemaker_submit_directory": "/opt/ml/input/data/plain/sourcedir.tar"}
    request = script_request(bench.store, "", given, channels=[channel("plain", "s3://bucket/plain/")])
    reason = str(run_training(request, bench.job().context).failure_reason)
    assert reason.endswith("\ntarfile.ReadError: not a gzip file\n\nnot a gzip file, exit code: 1")


def test_code_larger_than_the_volume_fails_the_job(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instances, "GIGABYTE", 1000)
    job = bench.job()
    outcome = run_training(script_request(bench.store, "", files={"bomb": bytes(50_000)}), job.context)
    assert job.inside(outcome.failure_reason).endswith("[Errno 28] No space left on device: 'bomb', exit code: 28")
    assert not (job.ml / "code" / "bomb").exists()


def test_launchers_are_refused(bench: Workbench) -> None:
    given = {"sagemaker_mpi_enabled": "false", "sagemaker_torch_distributed_enabled": "true"}
    outcome = run_training(script_request(bench.store, "", given), bench.job().context)
    assert "The hyperparameter sagemaker_torch_distributed_enabled requests a launcher of distributed training" in str(
        outcome.failure_reason
    )


@pytest.mark.parametrize("image", [TENSORFLOW_TRAINING, MXNET_TRAINING])
def test_parameter_servers_are_refused(bench: Workbench, image: str) -> None:
    given = {"sagemaker_parameter_server_enabled": "true"}
    completed(run_training(script_request(bench.store, "", given, image), bench.job().context))
    outcome = run_training(script_request(bench.store, "", given, image, instances=2), bench.job().context)
    assert "The hyperparameter sagemaker_parameter_server_enabled requests parameter servers" in str(
        outcome.failure_reason
    )


@needs_namespaces
def test_pytorch_hosts_share_an_address(bench: Workbench) -> None:
    script = """
import os, socket, time
address = (os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"]))
if os.environ["SM_CURRENT_HOST"] == os.environ["MASTER_ADDR"]:
    with socket.create_server(address) as server:
        server.accept()[0].sendall(b"met")
else:
    until = time.monotonic() + 20
    while True:
        try:
            print("printed", '"' + socket.create_connection(address).recv(3).decode() + '"')
            break
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
"""
    job = bench.job()
    completed(run_training(script_request(bench.store, script, instances=2), job.context))
    assert _printed(job.log) == "met"


def test_pytorch_port_and_nccl_settings(bench: Workbench) -> None:
    script = """
import json, os
print("printed", json.dumps({name: value for name, value in os.environ.items() if name[:5] in ("MASTE", "NCCL_")}))
"""
    job = bench.job()
    request = script_request(bench.store, script, Environment={"NCCL_DEBUG": "INFO"})
    completed(run_training(request, job.context))
    assert _printed(job.log) == {
        "MASTER_ADDR": "algo-1",
        "MASTER_PORT": "7777",
        "NCCL_DEBUG": "WARN",
        "NCCL_IB_DISABLE": "1",
        "NCCL_SOCKET_IFNAME": "eth0",
    }


@pytest.mark.parametrize(
    ("image", "status"),
    [
        (PYTORCH_TRAINING, "Completed"),
        (PYTORCH, "Completed"),
        (AUTOGLUON, "Completed"),
        (TENSORFLOW_TRAINING, "Failed"),
    ],
)
def test_pytorch_disconnect_at_the_end_is_success(bench: Workbench, image: str, status: str) -> None:
    script = """
import sys
sys.exit("RuntimeError\\nterminate called after throwing an instance of 'gloo::EnforceNotMet'")
"""
    assert run_training(script_request(bench.store, script, image=image), bench.job().context).status == status


@pytest.mark.parametrize(
    ("tuned", "model_dir", "expected"),
    [
        ({"_tuning_objective_metric": "loss"}, "s3://bucket/models", "s3://bucket/models/job/model"),
        ({"_tuning_objective_metric": "loss"}, "/opt/ml/model", "/opt/ml/model"),
        ({}, "s3://bucket/models", "s3://bucket/models"),
    ],
)
def test_tensorflow_tuning_model_dir(bench: Workbench, tuned: dict[str, str], model_dir: str, expected: str) -> None:
    script = """
import json, os, sys
print("printed", json.dumps([sys.argv[1:], os.environ["SM_HP_MODEL_DIR"], os.environ["S3_REGION"]]))
"""
    given = {**tuned, "model_dir": model_dir, "sagemaker_region": "eu-west-1"}
    job = bench.job()
    completed(run_training(script_request(bench.store, script, given, TENSORFLOW_TRAINING), job.context))
    assert _printed(job.log) == [["--model_dir", expected], expected, "eu-west-1"]


@pytest.mark.parametrize(
    ("file", "warning"),
    [
        (None, "No model artifact is saved under path /opt/ml/model."),
        ("model.h5", "The model artifact was not saved in the TensorFlow SavedModel directory structure."),
        ("export/saved_model.pb", 'The SavedModel bundle is under directory "export", not a numeric name.'),
        ("export/1/saved_model.pb", None),
    ],
)
def test_tensorflow_warns_of_unservable_model(bench: Workbench, file: str | None, warning: str | None) -> None:
    script = f"""
import pathlib
if {file!r}:
    path = pathlib.Path("/opt/ml/model", {file!r})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
"""
    job = bench.job()
    completed(run_training(script_request(bench.store, script, image=TENSORFLOW_TRAINING), job.context))
    assert (" WARNING " in job.log) == (warning is not None)
    assert warning is None or warning in job.log


def test_intermediate_output_is_uploaded(bench: Workbench) -> None:
    script = """
import os, pathlib, time
folder = pathlib.Path(os.environ["SM_OUTPUT_INTERMEDIATE_DIR"])
(folder / "a").mkdir()
(folder / "a" / "gone").write_text("kept")
print("written", flush=True)
while (folder / "a" / "gone").exists():
    time.sleep(0.02)
(folder / "late").write_text("too")
raise SystemExit(1)
"""
    kept = "s3://bucket/given/job/output/intermediate"
    job = bench.job()
    request = script_request(bench.store, script, {"sagemaker_s3_output": "s3://bucket/given"})
    with running(lambda: run_training(request, job.context)):
        wait_until(lambda: bench.store.keys(kept) == ["given/job/output/intermediate/a/gone"])
        (job.ml / "output" / "intermediate" / "a" / "gone").unlink()
    assert bench.store.read(f"{kept}/a/gone") == b"kept"
    assert bench.store.read(f"{kept}/late") == b"too"


def test_an_archive_cannot_write_outside_of_its_folder(bench: Workbench) -> None:
    request = script_request(bench.store, "", files={"../../outside.py": "1"})
    outcome = run_training(request, bench.job().context)
    assert "../../outside.py cannot be extracted" in str(outcome.failure_reason)


def test_script_error_is_reported(bench: Workbench, isolation: Isolation) -> None:
    script = "import sys\ndef load():\n    raise ValueError('row 7 has no label')\nload()"
    job = bench.job(isolation)
    outcome = run_training(script_request(bench.store, script, {"depth": "6"}), job.context)
    reason = str(outcome.failure_reason)
    assert reason.startswith(
        "AlgorithmError: ExecuteUserScriptError:\nExitCode 1\n"
        'ErrorMessage "raise ValueError(\'row 7 has no label\')\n ValueError: row 7 has no label"\nCommand "'
    )
    assert reason.endswith('python train.py --depth 6", exit code: 1')
    assert "Traceback (most recent call last):\n" in job.log


def test_error_on_stdout_is_reported(bench: Workbench, isolation: Isolation) -> None:
    script = """
import sys
print("before")
print("KeyError: 'of the output'")
sys.stderr.write("ValueError: of the errors\\n\\n")
sys.stderr.write("ValueError: of the errors\\n")
raise SystemExit(2)
"""
    job = bench.job(isolation)
    outcome = run_training(script_request(bench.store, script), job.context)
    assert "\nErrorMessage \"KeyError: 'of the output'\n ValueError: of the errors\"\nCommand " in str(
        outcome.failure_reason
    )
    assert "before\n" in job.log


@pytest.mark.parametrize(("error", "code"), [("FileNotFoundError(2, 'gone')", 2), ("KeyError('x')", 1)])
def test_os_error_number_is_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: str, code: int
) -> None:
    monkeypatch.setenv("SAGEMAKER_BASE_DIR", str(tmp_path))
    (tmp_path / "input" / "config").mkdir(parents=True)
    for name, content in (("hyperparameters", "{}"), ("inputdataconfig", "{}"), ("resourceconfig", '{"hosts": []}')):
        (tmp_path / "input" / "config" / f"{name}.json").write_text(content)

    def algorithm(_environment: object) -> None:
        raise {"FileNotFoundError(2, 'gone')": FileNotFoundError(2, "gone"), "KeyError('x')": KeyError("x")}[error]

    assert train(None, stand_in_for(XGBOOST), algorithm) == code
    message = (tmp_path / "output" / "failure").read_text()
    assert message.startswith("framework error: \nTraceback (most recent call last):\n")


def test_script_exit_code_is_reported(bench: Workbench) -> None:
    outcome = run_training(script_request(bench.store, "raise SystemExit(42)"), bench.job().context)
    assert "ExitCode 42\n" in str(outcome.failure_reason)
    assert str(outcome.failure_reason).endswith(", exit code: 1")


def test_scikit_learn_error_is_in_the_log_only(bench: Workbench) -> None:
    job = bench.job()
    outcome = run_training(script_request(bench.store, "raise ValueError('row 7')", image=SKLEARN), job.context)
    assert '\nErrorMessage ""\nCommand "' in str(outcome.failure_reason)
    assert "ValueError: row 7\n" in job.log


def test_killed_in_a_shell_means_out_of_memory(bench: Workbench) -> None:
    given, files = {"sagemaker_program": "train.sh"}, {"train.sh": "sh -c 'kill -9 $$'"}
    outcome = run_training(script_request(bench.store, "", given, files=files), bench.job().context)
    assert 'ExitCode 137\nErrorMessage ""\nExtraInfo "OutOfMemory: Process killed by SIGKILL (signal 9)"\n' in str(
        outcome.failure_reason
    )


def test_success_and_failure_files(bench: Workbench) -> None:
    for script, name in (("", "success"), ("raise SystemExit(1)", "failure")):
        job = bench.job()
        run_training(script_request(bench.store, script), job.context)
        assert {path.name for path in (job.ml / "output").iterdir()} == {"data", name}


@pytest.mark.parametrize(
    "program", ["../train.py", "/opt/ml/code/train.py", "-c", "+x.py", "train.py; ls", "a/./train.py", ""]
)
def test_entry_point_outside_the_code_is_refused(bench: Workbench, program: str) -> None:
    job = bench.job()
    outcome = run_training(script_request(bench.store, "", {"sagemaker_program": program}), job.context)
    message = f"The training entry point {program!r} is not a relative path inside the code"
    assert message in job.inside(outcome.failure_reason)


def test_failure_file_of_the_script_is_kept(bench: Workbench) -> None:
    script = "open('/opt/ml/output/failure', 'w').write('My own words.'); raise SystemExit(1)"
    outcome = run_training(script_request(bench.store, script), bench.job().context)
    assert outcome.failure_reason == "AlgorithmError: My own words., exit code: 1"


def test_a_shell_script_runs_too(bench: Workbench) -> None:
    job = bench.job()
    request = script_request(bench.store, "", {"sagemaker_program": "train.sh"}, files={"train.sh": "echo shell $2"})
    request["HyperParameters"]["word"] = "works"
    completed(run_training(request, job.context))
    assert "shell works\n" in job.log


def test_shell_script_beside_a_package(bench: Workbench) -> None:
    files = {"bin/train.sh": "echo shell $1", "setup.py": "", "requirements.txt": "no-such-package-as-this==1.0"}
    job = bench.job()
    request = script_request(bench.store, "", {"sagemaker_program": "bin/train.sh", "n": "1"}, files=files)
    completed(run_training(request, job.context))
    assert "shell -n\n" in job.log


def test_script_in_a_folder(bench: Workbench) -> None:
    files = {"source/train.py": "import helper, sys; print(helper.WORD, sys.argv)", "source/helper.py": "WORD = 'help'"}
    job = bench.job()
    request = script_request(bench.store, "", {"sagemaker_program": "source/train.py"}, files=files)
    completed(run_training(request, job.context))
    assert "help ['source/train.py']\n" in job.log


def test_a_package_runs_as_a_module(bench: Workbench) -> None:
    files = {"setup.py": "", "tool.py": "print('package', __name__, __spec__.name)"}
    job = bench.job()
    completed(run_training(script_request(bench.store, "", {"sagemaker_program": "tool.py"}, files=files), job.context))
    assert "package __main__ tool\n" in job.log


def test_requirements_that_are_there_already_are_not_installed(bench: Workbench) -> None:
    files = {"requirements.txt": "# what is needed\nnumpy>=1\npandas  # tables\n"}
    job = bench.job()
    request = script_request(bench.store, "print('ran')", files=files, EnableNetworkIsolation=True)
    completed(run_training(request, job.context))
    assert "ran\n" in job.log
    assert "pip" not in job.log


def test_requirements_are_installed_for_the_job_alone(bench: Workbench) -> None:
    name = "tiny_package-1.0-py3-none-any.whl"
    files = {"requirements.txt": f"./{name}\n", name: wheel("tiny_package", "WORD = 'installed'")}
    script = "import tiny_package; print(tiny_package.WORD)"
    job = bench.job()
    completed(run_training(script_request(bench.store, script, files=files), job.context))
    assert "installed\n" in job.log
    assert find_spec("tiny_package") is None


def test_missing_requirements_fail_clearly(bench: Workbench) -> None:
    files = {"requirements.txt": "no-such-package-as-this==1.0\n"}
    request = script_request(
        bench.store, "", files=files, EnableNetworkIsolation=True, Environment={"PIP_RETRIES": "0", "PIP_NO_INDEX": "1"}
    )
    job = bench.job()
    outcome = run_training(request, job.context)
    assert str(outcome.failure_reason) == (
        'AlgorithmError: InstallRequirementsError:\nExitCode 1\nErrorMessage ""\n'
        f'Command "{sys.executable} -m pip install -r requirements.txt", exit code: 1'
    )
    assert "no-such-package-as-this" in job.log


@pytest.mark.parametrize(
    ("image", "files", "error"),
    [
        (PYTORCH_TRAINING, {"setup.py": ""}, 'InstallModuleError:\nExitCode 1\nErrorMessage ""\n'),
        (XGBOOST, {}, "InstallModuleError:\n"),
    ],
    ids=["pytorch", "xgboost"],
)
def test_missing_module_requirements_fail_otherwise(
    bench: Workbench, image: str, files: dict[str, str], error: str
) -> None:
    files = {**files, "requirements.txt": "no-such-package-as-this==1.0\n"}
    environment = {"PIP_RETRIES": "0", "PIP_NO_INDEX": "1"}
    request = script_request(bench.store, "", image=image, files=files, Environment=environment)
    outcome = run_training(request, bench.job().context)
    assert str(outcome.failure_reason) == (
        f'AlgorithmError: {error}Command "{sys.executable} -m pip install . -r requirements.txt", exit code: 1'
    )


def test_xgboost_image_runs_a_module(bench: Workbench, isolation: Isolation) -> None:
    script = "import json, os, sys; print('printed', json.dumps([__name__, __spec__.name, sys.argv, os.getcwd()]))"
    job = bench.job(isolation)
    completed(run_training(script_request(bench.store, script, {"depth": "6"}, XGBOOST), job.context))
    assert _printed(job.log) == ["__main__", "train", ["/opt/ml/code/train.py", "--depth", "6"], "/opt/ml/code"]


def test_xgboost_image_reports_the_command(bench: Workbench, isolation: Isolation) -> None:
    job = bench.job(isolation)
    request = script_request(bench.store, "raise ValueError('row 7')", {"depth": "6"}, XGBOOST)
    outcome = run_training(request, job.context)
    assert outcome.failure_reason == (
        f'AlgorithmError: ExecuteUserScriptError:\nCommand "{sys.executable} -m train --depth 6", exit code: 1'
    )
    assert "ValueError: row 7\n" in job.log


def test_log_of_framework_and_script(bench: Workbench) -> None:
    job = bench.job()
    completed(run_training(script_request(bench.store, "print('ran')", {"plain": "not json"}, SKLEARN), job.context))
    log = job.log
    expected = [
        "Imported framework sagemaker_sklearn_container.training\n",
        "Failed to parse hyperparameter plain value not json to Json.\nReturning the value itself\n",
        "No GPUs detected (normal if no gpus installed)\n",
        "Invoking user training script.\n",
        "Invoking user script\n",
        "Invoking script with the following command:\n",
        "ran\n",
        "Reporting training SUCCESS\n",
    ]
    positions = [log.find(text) for text in expected]
    assert -1 not in positions
    assert positions == sorted(positions)


def test_program_is_required_without_an_algorithm(bench: Workbench) -> None:
    image = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:1.9.0-cpu-py38"
    outcome = run_training(training_request(image, [], {}), bench.job().context)
    assert "give a script in the hyperparameter sagemaker_program" in str(outcome.failure_reason)


@needs_namespaces
def test_sdk_v3_drivers(bench: Workbench) -> None:
    location = find_spec("sagemaker")
    assert location is not None
    root = Path(location.submodule_search_locations[0]) / "train" / "container_drivers"
    for path in root.rglob("*.py"):
        bench.store.upload(path, f"s3://bucket/sm_drivers/{path.relative_to(root).as_posix()}")
    bench.store.write("s3://bucket/sm_drivers/sourcecode.json", json.dumps({"entry_script": "train.py"}))
    bench.store.write("s3://bucket/sm_drivers/sm_train.sh", _SM_TRAIN)
    bench.store.write("s3://bucket/code/train.py", "import os, sys; print(sys.argv, os.environ['SM_MODEL_DIR'])")
    channels = [channel(name, f"s3://bucket/{name}/") for name in ("code", "sm_drivers")]
    specification = {
        "ContainerEntrypoint": ["/bin/bash"],
        "ContainerArguments": [
            "-c",
            shlex.join(["chmod", "+x", "/opt/ml/input/data/sm_drivers/sm_train.sh"])
            + " && /opt/ml/input/data/sm_drivers/sm_train.sh",
        ],
    }
    image = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.0.0-cpu-py310"
    request = training_request(image, channels, {"depth": "6"}, AlgorithmSpecification=specification)
    job = bench.job()
    completed(run_training(request, job.context))
    assert "['train.py', '--depth', '6'] /opt/ml/model\n" in job.log


# What sagemaker.train.templates makes of a SourceCode with an entry script and nothing else.
_SM_TRAIN = """#!/bin/bash
set -e
SM_PYTHON_CMD=$(command -v python3 || command -v python)
$SM_PYTHON_CMD /opt/ml/input/data/sm_drivers/scripts/environment.py
source /opt/ml/input/sm_training.env
cd /opt/ml/input/data/code
$SM_PYTHON_CMD /opt/ml/input/data/sm_drivers/distributed_drivers/basic_script_driver.py
"""


def test_archive_members_in_any_order(bench: Workbench) -> None:
    bench.store.write("s3://bucket/other.tar.gz", archive({"z.py": "", "train.py": "print('found')"}))
    given = {"sagemaker_program": "train.py", "sagemaker_submit_directory": "/opt/ml/input/data/other/other.tar.gz"}
    request = script_request(bench.store, "", given, channels=[channel("other", "s3://bucket/other.tar.gz")])
    job = bench.job()
    completed(run_training(request, job.context))
    assert "found\n" in job.log
