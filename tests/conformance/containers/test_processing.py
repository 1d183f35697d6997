"""Processing jobs, sentence by sentence (``docs/contracts.md``, section 5)."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from local_sagemaker.jobs import instances
from local_sagemaker.jobs.processing import run_processing
from tests.conformance.containers.workbench import (
    Isolation,
    Workbench,
    completed,
    processing_request,
    running,
    s3_input,
    s3_outputs,
    wait_until,
)
from tests.support.namespaces import needs_namespaces

COPY = """
import pathlib, shutil, sys
for path in sorted(pathlib.Path("/opt/ml/processing/data").rglob("*")):
    if path.is_file():
        print(path.relative_to("/opt/ml/processing/data"), path.read_text().strip())
        shutil.copy(path, "/opt/ml/processing/out")
"""


def test_exit_code_0_completes(bench: Workbench, isolation: Isolation) -> None:
    bench.store.write("s3://bucket/data/a.csv", "1")
    request = processing_request(bench.store, COPY, ProcessingOutputConfig=s3_outputs(out="s3://bucket/out"))
    request["ProcessingInputs"].append(s3_input("data", "s3://bucket/data", "/opt/ml/processing/data"))
    job = bench.job(isolation)
    completed(run_processing(request, job.context))
    assert bench.store.keys("s3://bucket/out") == ["out/a.csv"]
    assert job.log == "a.csv 1\n"


@needs_namespaces
def test_a_job_starts_in_a_root_of_its_own(bench: Workbench, isolation: Isolation) -> None:
    script = """
import io, os, pathlib, tarfile
archive = io.BytesIO()
with tarfile.open(fileobj=archive, mode="w") as tar:
    tar.addfile(tarfile.TarInfo("of-this-job"))
archive.seek(0)
tarfile.open(fileobj=archive).extractall(path="..")
open("of-this-job").close()
print(os.getcwd(), pathlib.Path("/of-this-job").is_file(), pathlib.Path("/etc/hosts").is_file(), os.listdir("/opt/ml"))
"""
    job = bench.job(isolation)
    completed(run_processing(processing_request(bench.store, script), job.context))
    assert job.log.startswith("/ True True [")
    assert not Path("/of-this-job").exists()


@pytest.mark.parametrize("code", [1, 3])
def test_other_exit_codes_fail(bench: Workbench, isolation: Isolation, code: int):
    request = processing_request(bench.store, f"import sys; sys.exit({code})")
    outcome = run_processing(request, bench.job(isolation).context)
    assert (outcome.status, outcome.failure_reason) == ("Failed", f"AlgorithmError: , exit code: {code}")


def test_uncaught_exception_is_exit_code_1(bench: Workbench, isolation: Isolation) -> None:
    job = bench.job(isolation)
    outcome = run_processing(processing_request(bench.store, "raise ValueError('row 7')"), job.context)
    assert outcome.failure_reason == "AlgorithmError: , exit code: 1"
    assert job.log == (
        "Traceback (most recent call last):\n"
        '  File "/opt/ml/processing/input/code/script.py", line 1, in <module>\n'
        "    raise ValueError('row 7')\n"
        "ValueError: row 7\n"
    )


def test_exit_message_is_the_first_kb(bench: Workbench) -> None:
    script = "open('/opt/ml/output/message', 'w').write('x' * 2000)"
    outcome = completed(run_processing(processing_request(bench.store, script), bench.job().context))
    assert outcome.exit_message == "x" * 1024


def test_exit_message_drops_a_cut_character(bench: Workbench) -> None:
    script = "open('/opt/ml/output/message', 'wb').write(('x' + 'é' * 1000).encode())"
    outcome = completed(run_processing(processing_request(bench.store, script), bench.job().context))
    assert outcome.exit_message == "x" + "é" * 511


@pytest.mark.parametrize("instances", [1, 2])
def test_the_message_is_the_reason_of_a_failure(bench: Workbench, instances: int) -> None:
    script = "import sys; open('/opt/ml/output/message', 'w').write('Row 7 has no label.'); sys.exit(2)"
    outcome = run_processing(processing_request(bench.store, script, instances=instances), bench.job().context)
    assert outcome.failure_reason == "AlgorithmError: Row 7 has no label., exit code: 2"
    assert outcome.exit_message == "Row 7 has no label."


def test_exit_message_must_be_utf_8(bench: Workbench) -> None:
    script = r"open('/opt/ml/output/message', 'wb').write(b'caf\xe9 au lait')"
    outcome = run_processing(processing_request(bench.store, script), bench.job().context)
    assert outcome.failure_reason == "ClientError: /opt/ml/output/message is not encoded in UTF-8."


def test_configuration_files(bench: Workbench) -> None:
    script = """
import json
names = ("processingjobconfig", "resourceconfig")
print(json.dumps([json.load(open(f"/opt/ml/config/{name}.json")) for name in names]))
"""
    request = processing_request(bench.store, script, "--seed", "7", Environment={"MODE": "fast"})
    job = bench.job(name="my-job")
    completed(run_processing(request, job.context))
    configuration, resources = json.loads(job.log)
    assert configuration["ProcessingJobName"] == "my-job"
    assert configuration["ProcessingJobArn"] == job.context.arn
    assert configuration["Environment"] == {"MODE": "fast"}
    assert configuration["AppSpecification"]["ContainerArguments"] == ["--seed", "7"]
    assert resources == {"current_host": "algo-1", "hosts": ["algo-1"]}


def test_arguments_and_environment_reach_the_script(bench: Workbench, isolation: Isolation) -> None:
    script = "import os, sys; print(sys.argv, os.environ['MODE'], os.environ['AWS_REGION'])"
    request = processing_request(bench.store, script, "--seed", "7", Environment={"MODE": "fast"})
    job = bench.job(isolation)
    completed(run_processing(request, job.context))
    assert job.log == "['/opt/ml/processing/input/code/script.py', '--seed', '7'] fast us-east-1\n"


def test_inputs_larger_than_the_volume_fail_the_job(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instances, "GIGABYTE", 1)
    outcome = run_processing(processing_request(bench.store, "print('not run')" * 9), bench.job().context)
    assert outcome.failure_reason == "ClientError: Data download failed:Insufficient disk space"


def test_fully_replicated_input(bench: Workbench) -> None:
    assert _shares(bench, "FullyReplicated") == {"algo-1": "0 1 2", "algo-2": "0 1 2"}


def test_hosts_share_the_objects_of_a_sharded_input(bench: Workbench) -> None:
    assert _shares(bench, "ShardedByS3Key") == {"algo-1": "0 2", "algo-2": "1"}


def _shares(bench: Workbench, distribution: str) -> dict[str, str]:
    for number in range(3):
        bench.store.write(f"s3://bucket/data/{number}", "x")
    script = "import os; print(*sorted(os.listdir('/opt/ml/processing/data')))"
    request = processing_request(bench.store, script, instances=2)
    request["ProcessingInputs"].append(
        s3_input("data", "s3://bucket/data/", "/opt/ml/processing/data", S3DataDistributionType=distribution)
    )
    job = bench.job()
    completed(run_processing(request, job.context))
    return {host: text.strip() for host, text in job.lines}


def test_preferred_instances_set_the_host_count(bench: Workbench) -> None:
    request = processing_request(bench.store, "")
    preferences = [
        {"InstanceType": f"ml.m5.{size}", "InstanceCount": count} for size, count in (("large", 2), ("x", 4))
    ]
    request["ProcessingResources"]["ClusterConfig"] = {"InstancePreferences": preferences, "VolumeSizeInGB": 30}
    request["AppSpecification"]["ContainerEntrypoint"] = ["echo", "here"]
    job = bench.job()
    completed(run_processing(request, job.context))
    assert sorted(host for host, _ in job.lines) == ["algo-1", "algo-2"]


def test_failed_host_ends_the_others(bench: Workbench) -> None:
    script = """
import json, sys, time
if json.load(open("/opt/ml/config/resourceconfig.json"))["current_host"] == "algo-2":
    sys.exit(4)
time.sleep(60)
"""
    started = time.monotonic()
    outcome = run_processing(processing_request(bench.store, script, instances=2), bench.job().context)
    assert outcome.failure_reason is not None
    assert time.monotonic() - started < 20


def test_a_manifest_names_the_objects_of_an_input(bench: Workbench) -> None:
    bench.store.write("s3://bucket/data/x/a.csv", "1")
    bench.store.write("s3://bucket/data/b.csv", "2")
    bench.store.write("s3://bucket/m.json", '[{"prefix": "s3://bucket/data/"}, "x/a.csv"]')
    request = processing_request(bench.store, COPY, ProcessingOutputConfig=s3_outputs(out="s3://bucket/out"))
    request["ProcessingInputs"].append(
        s3_input("data", "s3://bucket/m.json", "/opt/ml/processing/data", S3DataType="ManifestFile")
    )
    job = bench.job()
    completed(run_processing(request, job.context))
    assert job.log == "x/a.csv 1\n"


def test_symbolic_links_are_not_followed_in_outputs(bench: Workbench) -> None:
    script = """
import os
os.makedirs("/opt/ml/processing/out/real"); open("/opt/ml/processing/out/real/a", "w").write("1")
os.symlink("/etc/hostname", "/opt/ml/processing/out/file"); os.symlink("/etc", "/opt/ml/processing/out/folder")
"""
    request = processing_request(bench.store, script, ProcessingOutputConfig=s3_outputs(out="s3://bucket/out"))
    completed(run_processing(request, bench.job().context))
    assert bench.store.keys("s3://bucket/out") == ["out/real/a"]


def test_failed_job_uploads_its_outputs(bench: Workbench) -> None:
    script = "open('/opt/ml/processing/out/a', 'w').write('1'); raise SystemExit(1)"
    request = processing_request(bench.store, script, ProcessingOutputConfig=s3_outputs(out="s3://bucket/out"))
    assert run_processing(request, bench.job().context).status == "Failed"
    assert bench.store.keys("s3://bucket/out") == ["out/a"]


def test_continuous_upload(bench: Workbench) -> None:
    script = """
import os, time
open("/opt/ml/processing/out/early", "w").write("1")
while not os.path.exists("/opt/ml/processing/go"):
    time.sleep(0.05)
open("/opt/ml/processing/out/late", "w").write("2")
"""
    request = processing_request(
        bench.store, script, ProcessingOutputConfig=s3_outputs("Continuous", out="s3://bucket/out")
    )
    job = bench.job()
    with running(lambda: completed(run_processing(request, job.context))):
        wait_until(lambda: bench.store.keys("s3://bucket/out") == ["out/early"])
        (job.ml / "processing" / "go").touch()
    assert bench.store.keys("s3://bucket/out") == ["out/early", "out/late"]


def test_time_limit_ends_everything(bench: Workbench, isolation: Isolation) -> None:
    script = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
print(child.pid, flush=True)
time.sleep(600)
"""
    request = processing_request(bench.store, script, StoppingCondition={"MaxRuntimeInSeconds": 1})
    job = bench.job(isolation)
    outcome = run_processing(request, job.context, stop_grace_seconds=0.5)
    assert outcome.status == "Stopped"
    assert "MaxRuntimeInSeconds" in str(outcome.failure_reason)


def test_stopped_job_gets_sigterm(bench: Workbench, isolation: Isolation) -> None:
    script = """
import signal, sys, time
def end(*_):
    print("ending", flush=True); sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
time.sleep(600)
"""
    job = bench.job(isolation)
    outcomes = []
    with running(lambda: outcomes.append(run_processing(processing_request(bench.store, script), job.context))):
        wait_until(lambda: job.log == "ready\n")
        job.context.stop.set()
    assert outcomes[0].status == "Stopped"
    assert job.log == "ready\nending\n"


def test_what_ignores_sigterm_is_killed_after_the_grace(bench: Workbench) -> None:
    script = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('r', flush=True); time.sleep(600)"
    )
    job = bench.job()
    outcomes = []
    request = processing_request(bench.store, script)
    with running(lambda: outcomes.append(run_processing(request, job.context, stop_grace_seconds=0.3))):
        wait_until(lambda: job.log == "r\n")
        job.context.stop.set()
    assert outcomes[0].status == "Stopped"


def test_shell_entry_point(bench: Workbench, isolation: Isolation) -> None:
    request = processing_request(bench.store, "print('from bash')")
    request["AppSpecification"]["ContainerEntrypoint"] = [
        "bash",
        "-c",
        "ls /opt/ml && python3 /opt/ml/processing/input/code/script.py && echo $HOME",
    ]
    job = bench.job(isolation)
    completed(run_processing(request, job.context))
    assert job.log == f"config\noutput\nprocessing\nfrom bash\n{job.context.directory}/home\n"


def test_missing_program_is_127(bench: Workbench) -> None:
    request = processing_request(bench.store, "")
    request["AppSpecification"]["ContainerEntrypoint"] = ["no-such-program"]
    outcome = run_processing(request, bench.job().context)
    assert outcome.failure_reason == "AlgorithmError: , exit code: 127"


def test_an_unknown_image_fails_by_name(bench: Workbench) -> None:
    request = processing_request(bench.store, "", image="1.dkr.ecr.us-east-1.amazonaws.com/my-own:latest")
    outcome = run_processing(request, bench.job().context)
    assert outcome.status == "Failed"
    assert "my-own:latest has no stand-in in the local SageMaker" in str(outcome.failure_reason)


def test_empty_input_fails(bench: Workbench) -> None:
    request = processing_request(bench.store, "")
    request["ProcessingInputs"].append(s3_input("data", "s3://bucket/nothing/", "/opt/ml/processing/data"))
    outcome = run_processing(request, bench.job().context)
    assert str(outcome.failure_reason).startswith(
        'ClientError: Data download failed:No S3 objects found under S3 URL "s3://bucket/nothing/"'
    )


def test_unsupported_data_type_is_named(bench: Workbench) -> None:
    bench.store.write("s3://bucket/data/a", "1")
    request = processing_request(bench.store, "")
    request["ProcessingInputs"].append(
        s3_input("data", "s3://bucket/data/", "/opt/ml/processing/data", S3DataType="AugmentedManifestFile")
    )
    assert "S3DataType AugmentedManifestFile" in str(run_processing(request, bench.job().context).failure_reason)


@pytest.mark.parametrize(
    "path", ["/opt/ml/model", "/opt/ml/processing-2", "/opt/ml/processing/../model", "data", "/tmp"]
)
@pytest.mark.parametrize("side", ["input", "output"])
def test_inputs_and_outputs_lie_below_opt_ml_processing(bench: Workbench, path: str, side: str) -> None:
    bench.store.write("s3://bucket/data/a", "1")
    request = processing_request(bench.store, "", ProcessingOutputConfig=s3_outputs(out="s3://bucket/out"))
    if side == "input":
        request["ProcessingInputs"].append(s3_input("data", "s3://bucket/data/", path))
    else:
        request["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["LocalPath"] = path
    reason = run_processing(request, bench.job().context).failure_reason
    assert reason == f"ClientError: The LocalPath {path} is not below /opt/ml/processing."


def test_app_managed_output_is_not_uploaded(bench: Workbench) -> None:
    script = "open('/opt/ml/processing/out/a', 'w').write('1')"
    outputs = s3_outputs(out="s3://bucket/out", other="s3://bucket/other")
    outputs["Outputs"][1]["AppManaged"] = True
    completed(
        run_processing(processing_request(bench.store, script, ProcessingOutputConfig=outputs), bench.job().context)
    )
    assert bench.store.keys("s3://bucket/o") == ["out/a"]
