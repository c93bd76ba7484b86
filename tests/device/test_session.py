"""A run on a phone: what is sent, what comes back, what stays, and every way in which it ends early."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import time
import zipfile

import pytest

from tfbert_edge.console import Console
from tfbert_edge.device.session import connect, on_phone
from tfbert_edge.errors import DeviceError
from tfbert_edge.runtime.bundle_files import read_bundle

QUIET = Console(quiet=True)


def validate(bundle, *, timeout: float = 20.0, **options):
    with on_phone(connect(console=QUIET), read_bundle(bundle), timeout=timeout, console=QUIET) as session:
        return session.run("validate", threads=2, **options)


def test_run_starts_the_app_by_intent_with_everything_it_needs(phone, make_bundle):
    report = validate(make_bundle())

    (start,) = [line for line in phone.commands if line[-1].startswith("am start")]
    name = report["bundle"]["name"]
    assert start[:3] == ["-s", "R58M123ABCD", "shell"]
    assert start[3] == (
        "am start -W -n dev.tfbertedge.demo/.ValidateActivity -a dev.tfbertedge.demo.action.VALIDATE "
        f"--es bundle {name} --es run {name}-0 --es mode validate --ei threads 2"
    )
    stop = ["-s", "R58M123ABCD", "shell", "am force-stop dev.tfbertedge.demo"]
    assert phone.commands.index(stop) < phone.commands.index(start)


def test_run_returns_the_report_of_the_bundle_that_was_pushed(phone, make_bundle):
    bundle = make_bundle()

    report = validate(bundle)

    assert report["bundle"]["sha256"] == hashlib.sha256((bundle / "manifest.json").read_bytes()).hexdigest()
    assert (report["examples"], report["metrics"]["accuracy"], report["runtime"]["threads"]) == (8, 0.875, 2)


def test_bundle_lies_in_the_apps_folder_as_a_zip_of_its_files(phone, make_bundle):
    bundle = make_bundle()

    with on_phone(connect(console=QUIET), read_bundle(bundle), timeout=20, console=QUIET):
        (path,) = phone.files
        assert path.startswith("app/files/bundles/")
        with zipfile.ZipFile(phone.folder / path) as packed:
            held = {entry.filename: (packed.read(entry), entry.compress_type) for entry in packed.infolist()}

    assert held == {one.name: (one.read_bytes(), zipfile.ZIP_STORED) for one in bundle.iterdir()}


def test_nothing_stays_on_the_phone_and_the_app_is_closed(phone, make_bundle):
    validate(make_bundle())

    assert phone.files == []
    assert not json.loads((phone.folder / "phone.json").read_text())["running"]


def test_run_waits_for_a_report_that_takes_long(phone, make_bundle):
    phone.set(polls=5)

    validate(make_bundle())

    assert sum("ls files/reports" in " ".join(line) for line in phone.commands) == 5


def test_two_runs_in_one_session_have_reports_of_their_own(phone, make_bundle):
    with on_phone(connect(console=QUIET), read_bundle(make_bundle()), timeout=20, console=QUIET) as session:
        first = session.run("benchmark", threads=1, repeats=30)
        second = session.run("benchmark", threads=4, repeats=30)

    assert first["run"] != second["run"]
    assert (first["latency_ms"]["p50"], second["latency_ms"]["p50"]) == (8.0, 2.0)
    assert second["latency_ms"]["runs"] == 30
    assert sum(line[2:3] == ["push"] for line in phone.commands) == 1
    assert phone.files == []


def test_connect_without_the_app_asks_for_the_apk(phone):
    phone.set(installed=False)

    with pytest.raises(DeviceError, match=r"dev.tfbertedge.demo is not on R58M123ABCD.*--apk.*--build"):
        connect(console=QUIET)


def test_connect_with_an_apk_installs_it(phone, tmp_path):
    phone.set(installed=False)
    (tmp_path / "app.apk").touch()

    connect(apk=tmp_path / "app.apk", console=QUIET)

    assert phone.commands[-1][2:] == ["install", "-r", str(tmp_path / "app.apk")]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"debuggable": False}, "not debuggable.*--install"),
        ({"no_space": "push"}, "cannot be copied to R58M123ABCD .Pixel 7.: it has no space left"),
        ({"no_space": "cp"}, "'cp' failed in the app's folder.*no space left"),
        ({"activity": False}, "has no dev.tfbertedge.demo/.ValidateActivity.*--install"),
        ({"activity": False, "am_error_code": 0}, "has no dev.tfbertedge.demo/.ValidateActivity"),
        (
            {"crashes": True},
            "ended on R58M123ABCD .Pixel 7. without a report.*adb -s R58M123ABCD logcat -d -b crash",
        ),
        ({"report_text": '{"schema_version": 1, "sta'}, "report is damaged"),
        (
            {"report_text": '{"schema_version":1,"status":"failed","error":"no memory"}'},
            "could not finish: no memory",
        ),
        ({"report_changes": {"run": "other-0"}}, "of another run: validate other-0"),
    ],
)
def test_run_that_fails_says_why_in_one_line_and_leaves_nothing(phone, make_bundle, changes, said):
    phone.set(**changes)

    with pytest.raises(DeviceError, match=said) as caught:
        validate(make_bundle())

    assert "\n" not in str(caught.value)
    assert phone.files == []


def test_report_that_never_comes_ends_the_run_in_time_and_stops_the_app(phone, make_bundle):
    phone.set(silent=True)

    with pytest.raises(DeviceError, match=r"no report came.*in 0.5 s.*Unlock.*--timeout"):
        validate(make_bundle(), timeout=0.5)

    stops = [at for at, line in enumerate(phone.commands) if "am force-stop" in line[-1]]
    (start,) = [at for at, line in enumerate(phone.commands) if "am start" in line[-1]]
    assert max(stops) > start
    assert phone.files == []


def test_phone_that_is_unplugged_in_the_middle_is_named_with_what_stays(phone, make_bundle, capsys):
    phone.set(unplugged_at="shell", unplugged_word="ls files/reports")

    with (
        pytest.raises(DeviceError, match=r"connection to R58M123ABCD .Pixel 7. is gone"),
        on_phone(
            connect(console=QUIET), read_bundle(make_bundle()), timeout=20, console=Console()
        ) as session,
    ):
        session.run("validate", threads=1)

    assert "may be left on R58M123ABCD" in capsys.readouterr().err


def test_interruption_removes_what_was_pushed(phone, make_bundle):
    bundle = make_bundle()
    phone.set(silent=True)
    command = [
        sys.executable,
        "-c",
        # A shell's background jobs ignore Ctrl-C, and hand that down; here it has to be heard.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from tfbert_edge.cli import main; main()",
        "device",
        "validate",
        str(bundle),
    ]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not any("am start" in line[-1] for line in phone.commands):
        assert time.monotonic() < deadline and running.poll() is None, running.communicate()
        time.sleep(0.05)
    assert any(name.endswith(".zip") for name in phone.files)

    running.send_signal(signal.SIGINT)
    said = running.communicate(timeout=120)[1]

    assert running.returncode == 130
    assert "interrupted; removing what was copied to R58M123ABCD" in said
    assert phone.files == []
    assert "am force-stop dev.tfbertedge.demo" in [line[-1] for line in phone.commands[-3:]]
