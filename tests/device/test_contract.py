"""What this side sends is what the app's sources take."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tfbert_edge.console import Console
from tfbert_edge.device.app import find_app
from tfbert_edge.device.session import ACTION, ACTIVITY, PACKAGE, connect, on_phone
from tfbert_edge.runtime.bundle_files import read_bundle

APP = Path(__file__).parents[2] / "android_demo"
SOURCES = APP / "app" / "src" / "main"
ANDROID = "{http://schemas.android.com/apk/res/android}"


@pytest.fixture
def sent(phone, make_bundle) -> dict[str, tuple[str, str]]:
    """The extras of an intent, each with its type."""
    quiet = Console(quiet=True)
    with on_phone(connect(console=quiet), read_bundle(make_bundle()), timeout=20, console=quiet) as session:
        session.run("benchmark", threads=2, repeats=30)
    (start,) = [shlex.split(line[-1]) for line in phone.commands if line[-1].startswith("am start")]
    return {start[at + 1]: (word, start[at + 2]) for at, word in enumerate(start) if word in ("--es", "--ei")}


def test_activity_of_the_intent_is_one_that_the_app_lets_adb_start():
    activities = ElementTree.parse(SOURCES / "AndroidManifest.xml").iter("activity")
    (found,) = [
        one for one in activities if one.get(f"{ANDROID}name") == ACTIVITY.removeprefix(f"{PACKAGE}/")
    ]

    assert found.get(f"{ANDROID}exported") == "true"
    assert ACTION in [action.get(f"{ANDROID}name") for action in found.iter("action")]
    assert f'applicationId = "{PACKAGE}"' in (APP / "app" / "build.gradle.kts").read_text()


def test_extras_are_those_that_the_app_reads_by_their_types(sent):
    request = (SOURCES / "kotlin" / "dev" / "tfbertedge" / "demo" / "Request.kt").read_text()
    reads = {
        **dict.fromkeys(re.findall(r'getStringExtra\("(\w+)"\)', request), "--es"),
        **dict.fromkeys(re.findall(r'getIntExtra\("(\w+)"', request), "--ei"),
    }

    assert {name: kind for name, (kind, _) in sent.items()} == reads


def test_names_of_bundle_and_run_are_such_as_the_app_makes_files_of(sent):
    bundles = (SOURCES / "kotlin" / "dev" / "tfbertedge" / "demo" / "Bundles.kt").read_text()
    (pattern,) = re.findall(r'val NAME: Regex = Regex\("(.+)"\)', bundles)

    assert all(re.fullmatch(pattern, sent[name][1]) for name in ("bundle", "run"))


def test_app_of_the_checkout_is_found_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert find_app() == APP
