"""An adb for tests: the real command line, the real texts, and a phone that is a folder.

``SCRIPTED_ADB`` names the folder: ``phone.json`` says what is connected and what goes wrong, ``tmp`` is /data/local/tmp,
``app`` the app's private folder, ``log.jsonl`` every command that came. The texts and exit codes are those of adb 29 to
35 (adb/transport.cpp, adb/client/file_sync_client.cpp, adb/client/adb_install.cpp), of run-as.cpp and of
ActivityManagerShellCommand.java; those of adb without a phone were compared with Debian's adb 29.0.6.
"""

import hashlib
import json
import os
import shlex
import shutil
import sys
import time
import zipfile

HOME = os.environ["SCRIPTED_ADB"]
PACKAGE = "dev.tfbertedge.demo"
ACTIVITY, ACTION = f"{PACKAGE}/.ValidateActivity", f"{PACKAGE}.action.VALIDATE"
TMP, APP = os.path.join(HOME, "tmp"), os.path.join(HOME, "app")

with open(os.path.join(HOME, "phone.json"), encoding="utf-8") as file:
    phone = json.load(file)


def save():
    with open(os.path.join(HOME, "phone.json"), "w", encoding="utf-8") as file:
        json.dump(phone, file)


def die(text, code=1):
    print(text, file=sys.stderr)
    sys.exit(code)


def devices(arguments):
    print("List of devices attached")
    for one in phone["connected"]:
        if arguments == ["-l"]:
            print(f"{one['serial']:22} {one['state']} {one.get('details', '')}".rstrip())
        else:
            print(f"{one['serial']}\t{one['state']}")
    print()


def transport(serial, prefix="error: "):
    """What adb says before any command to a phone that it cannot reach."""
    found = [one for one in phone["connected"] if serial in (None, one["serial"])]
    if phone.get("unplugged"):
        found = []
    if not found:
        missing = "no devices/emulators found" if serial is None else f"device '{serial}' not found"
        die(prefix + missing)
    if len(found) > 1:
        die(prefix + "more than one device/emulator")
    state = found[0]["state"]
    if state == "unauthorized":
        die(
            f"{prefix}device unauthorized.\nThis adb server's $ADB_VENDOR_KEYS is not set\n"
            "Try 'adb kill-server' if that seems wrong.\nOtherwise check for a confirmation dialog on your device."
        )
    if state != "device":
        die(f"{prefix}device {state}")


def install(arguments):
    assert arguments[0] == "-r" and len(arguments) == 2, arguments
    print("Performing Streamed Install")
    if not os.path.isfile(arguments[1]):
        die(f"adb: failed to stat {arguments[1]}: No such file or directory")
    if failure := phone.get("install_failure"):
        die(f"adb: failed to install {arguments[1]}: Failure [{failure}]")
    phone["installed"] = True
    save()
    print("Success")


def push(arguments):
    local, remote = arguments
    assert remote.startswith("/data/local/tmp/"), remote
    if phone.get("no_space") == "push":
        # As adb does, of what it had copied when the phone refused.
        print(f"adb: error: failed to copy '{local}' to '{remote}': remote No space left on device")
        print(f"{local}: 1 file pushed, 0 skipped. 3.1 MB/s (1024 bytes in 0.001s)")
        sys.exit(1)
    if phone.get("hangs") == "push":
        open(os.path.join(HOME, "pushing"), "w").close()
        time.sleep(60)
    shutil.copy(local, os.path.join(TMP, os.path.basename(remote)))  # with its permissions
    print(f"{local}: 1 file pushed, 0 skipped. 30.1 MB/s ({os.path.getsize(local)} bytes in 0.001s)")


def on_phone(path, inside):
    """The file of this machine that stands for a path of the phone, seen from ``inside`` the app's folder or not."""
    if path.startswith("/data/local/tmp/"):
        return os.path.join(TMP, path[len("/data/local/tmp/") :])
    assert inside and not path.startswith("/") and ".." not in path, path
    return os.path.join(APP, path)


def command(words, inside=False):
    """Run a command of the phone; returns its exit code."""
    name, arguments = words[0], words[1:]
    if name == "pm" and arguments[0] == "path":
        if arguments[1:] == [PACKAGE] and phone["installed"]:
            print(f"package:/data/app/~~x==/{PACKAGE}-1/base.apk")
            return 0
        return 1
    if name == "run-as":
        return run_as(arguments)
    if name == "am":
        return am(arguments)
    if name == "pidof":
        if arguments == [PACKAGE] and phone.get("running"):
            print(4711)
            return 0
        return 1
    if name == "mkdir":
        assert arguments[0] == "-p"
        os.makedirs(on_phone(arguments[1], inside), exist_ok=True)
        return 0
    if name == "rm":
        assert arguments[0] == "-f"
        for path in arguments[1:]:
            if os.path.exists(on_phone(path, inside)):
                os.remove(on_phone(path, inside))
        return 0
    if name == "cp":
        source, target = (on_phone(path, inside) for path in arguments)
        if phone.get("no_space") == "cp":
            print("cp: xwrite: No space left on device", file=sys.stderr)
            return 1
        if inside and not os.stat(source).st_mode & 0o004:
            print(f"cp: {arguments[0]}: Permission denied", file=sys.stderr)
            return 1
        shutil.copy(source, target)
        return 0
    if name in ("ls", "cat"):
        return show(name, arguments[0], inside)
    print(f"/system/bin/sh: {name}: inaccessible or not found", file=sys.stderr)
    return 127


def show(name, path, inside):
    if name == "ls" and phone.get("pending"):
        phone["pending"]["polls"] -= 1
        if phone["pending"]["polls"] <= 0:
            with open(on_phone(phone["pending"]["path"], True), "w", encoding="utf-8") as file:
                file.write(phone["pending"]["content"])
            del phone["pending"]
        save()
    if not os.path.exists(on_phone(path, inside)):
        print(f"{name}: {path}: No such file or directory", file=sys.stderr)
        return 1
    if name == "ls":
        print(path)
    else:
        with open(on_phone(path, inside), "rb") as file:
            sys.stdout.buffer.write(file.read())
    return 0


def run_as(arguments):
    package, words = arguments[0], arguments[1:]
    if package != PACKAGE or not phone["installed"]:
        print(f"run-as: unknown package: {package}", file=sys.stderr)
        return 1
    if not phone.get("debuggable", True):
        print(f"run-as: package not debuggable: {package}", file=sys.stderr)
        return 1
    return command(words, inside=True)


def am(arguments):
    if arguments == ["force-stop", PACKAGE]:
        phone["running"] = False
        phone.pop("pending", None)
        save()
        return 0
    assert arguments[:2] == ["start", "-W"], arguments
    component, action, extras = None, None, {}
    rest = iter(arguments[2:])
    for word in rest:
        if word == "-n":
            component = next(rest)
        elif word == "-a":
            action = next(rest)
        elif word in ("--es", "--ei"):
            name, value = next(rest), next(rest)
            extras[name] = int(value) if word == "--ei" else value
        else:
            raise AssertionError(word)
    print(f"Starting: Intent {{ act={action} cmp={component} (has extras) }}")
    if component != ACTIVITY or not phone.get("activity", True):
        print(f"Error type 3\nError: Activity class {{{component}}} does not exist.")
        return phone.get("am_error_code", 1)
    assert action == ACTION, action
    phone["running"] = not phone.get("crashes")
    if not phone.get("crashes") and not phone.get("silent"):
        content = phone["report_text"] if "report_text" in phone else json.dumps(report(extras))
        path = f"files/reports/{extras['run']}.json"
        os.makedirs(os.path.join(APP, "files", "reports"), exist_ok=True)
        phone["pending"] = {"polls": phone.get("polls", 1), "path": path, "content": content}
    save()
    print(f"Status: ok\nLaunchState: COLD\nActivity: {ACTIVITY}\nTotalTime: 312\nWaitTime: 320\nComplete")
    return 0


def report(extras):
    """What the app writes: the figures that the test set, or those of a phone that measures what the host did."""
    path = os.path.join(APP, "files", "bundles", extras["bundle"] + ".zip")
    with zipfile.ZipFile(path) as archive:
        manifest = archive.read("manifest.json")
        examples = archive.read("eval.jsonl").count(b"\n") if "eval.jsonl" in archive.namelist() else 0
    said = json.loads(manifest)
    times = phone["latency_ms"][str(extras["threads"])] | {"runs": extras.get("repeats", 50)}
    small = {"p50": 0.25, "p90": 0.5, "p99": 1.0, "mean": 0.375, "runs": times["runs"]}
    content = {
        "schema_version": 1,
        "status": "ok",
        "run": extras["run"],
        "mode": extras["mode"],
        "bundle": {
            "name": extras["bundle"],
            "task": said["task"],
            "form": said["form"],
            "sha256": hashlib.sha256(manifest).hexdigest(),
        },
        "device": {"manufacturer": "Acme", "model": "One", "android_api": 34, "abi": "arm64-v8a", "cores": 8},
        "runtime": {"litert": "2.16.1", "threads": extras["threads"]},
        "latency_ms": times,
        "tokenize_ms": small,
        "decode_ms": small,
        "peak_memory_mib": 96.5,
    }
    if extras["mode"] == "validate":
        content |= {
            "examples": examples,
            "metrics": phone["metrics"] or said["figures"]["evaluation"]["metrics"],
            "golden": {
                "rows": 60,
                "id_differences": 0,
                "answer_differences": 0,
                "differences": 0,
                "mean_difference": 0.004,
                "allowed_difference": 0.02,
            }
            | phone.get("golden_changes", {}),
        }
    return content | phone.get("report_changes", {})


def main(arguments):
    with open(os.path.join(HOME, "log.jsonl"), "a", encoding="utf-8") as file:
        file.write(json.dumps(arguments) + "\n")
    if arguments[0] == "devices":
        if phone.get("server_fails"):
            die(
                "* daemon not running; starting now at tcp:5037\nADB server didn't ACK\n* failed to start daemon\n"
                "adb: failed to check server version: cannot connect to daemon"
            )
        return devices(arguments[1:])
    serial = None
    if arguments[0] == "-s":
        serial, arguments = arguments[1], arguments[2:]
    name, arguments = arguments[0], arguments[1:]
    if phone.get("unplugged_at") == name and (name != "shell" or phone["unplugged_word"] in arguments[0]):
        phone["unplugged"] = True
        save()
        if phone.get("silently"):
            sys.exit(255)
    transport(
        serial, prefix="adb: error: failed to get feature set: " if name in ("push", "install") else "error: "
    )
    if name == "install":
        return install(arguments)
    if name == "push":
        return push(arguments)
    words = shlex.split(" ".join(arguments))  # what the phone's shell makes of it
    if name == "shell":
        sys.stdout.flush()
        sys.exit(command(words))
    if name == "exec-out":
        # A terminal on the phone's side: one stream, no exit code.
        sys.stderr = sys.stdout
        command(words)
        sys.exit(0)
    die(f"adb: unknown command {name}")


main(sys.argv[1:])
