"""A bundle among the assets of the app, and the APK that make builds of it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tfbert_edge.cli.main import run
from tfbert_edge.device.app import find_app
from tfbert_edge.errors import DeviceError

# What `make android-check` does for this command: it is given the bundle, and leaves an APK.
MAKEFILE = """\
android-check:
\t@echo "building with $(BUNDLE)"
\t@mkdir -p android_demo/app/build
\t@ls android_demo/app/src/main/assets/bundle > android_demo/app/build/check.apk
"""


@pytest.fixture
def repository(tmp_path, monkeypatch) -> Path:
    """A repository with an app and the target, in which the test stands."""
    folder = tmp_path / "repository"
    (folder / "android_demo" / "app" / "src" / "main").mkdir(parents=True)
    (folder / "Makefile").write_text(MAKEFILE)
    monkeypatch.chdir(folder)
    return folder


def assets_of(repository: Path) -> Path:
    return repository / "android_demo" / "app" / "src" / "main" / "assets" / "bundle"


def test_android_puts_every_file_of_the_bundle_among_the_assets(repository, make_bundle, capsys):
    bundle = make_bundle()

    assert run(["android", str(bundle)]) == 0

    assets = assets_of(repository)
    assert {one.name: one.read_bytes() for one in assets.iterdir()} == {
        one.name: one.read_bytes() for one in bundle.iterdir()
    }
    assert [one.name for one in assets.parent.iterdir()] == ["bundle"]
    assert capsys.readouterr().out == f"assets:  {assets}\n"


def test_android_replaces_a_bundle_only_with_overwrite(repository, make_bundle, capsys):
    assert run(["android", str(make_bundle())]) == 0
    before = (assets_of(repository) / "manifest.json").read_bytes()
    other = make_bundle("other/bundle", examples=0)

    assert run(["android", str(other)]) == 1
    assert "--overwrite" in capsys.readouterr().err
    assert (assets_of(repository) / "manifest.json").read_bytes() == before
    assert run(["android", str(other), "--overwrite"]) == 0
    assert not (assets_of(repository) / "eval.jsonl").exists()


def test_android_leaves_the_same_bundle_as_it_is(repository, make_bundle):
    bundle = str(make_bundle())
    assert run(["android", bundle]) == 0
    before = assets_of(repository).stat().st_ino

    assert run(["android", bundle]) == 0
    assert assets_of(repository).stat().st_ino == before


def test_android_with_an_altered_bundle_leaves_the_former_one(repository, make_bundle, capsys):
    assert run(["android", str(make_bundle())]) == 0
    altered = make_bundle("altered/bundle")
    (altered / "labels.txt").write_text("positive\nnegative\n")

    assert run(["android", str(altered), "--overwrite"]) == 1

    assert "labels.txt was altered" in capsys.readouterr().err
    assert (assets_of(repository) / "labels.txt").read_text() == "negative\npositive\n"


def test_android_with_build_names_the_apk_that_make_left(repository, make_bundle, capfd):
    bundle = make_bundle()

    assert run(["android", str(bundle), "--build", "--json"]) == 0

    said = capfd.readouterr()
    apk = repository / "android_demo" / "app" / "build" / "check.apk"
    assert json.loads(said.out) == {
        "assets": str(assets_of(repository)),
        "files": sorted(one.name for one in bundle.iterdir()),
        "apk": str(apk),
        "installed_on": None,
    }
    assert f"building with {bundle}" in said.err
    assert "model.tflite" in apk.read_text()


def test_android_with_build_hands_on_a_path_as_it_is(repository, make_bundle, capfd):
    (repository / "Makefile").write_text(
        "android-check:\n\ttest -f $(BUNDLE)/manifest.json\n\ttouch android_demo/a.apk\n"
    )

    assert run(["android", str(make_bundle("it's a $HOME/my bundle")), "--build"]) == 0

    assert f"apk:     {repository / 'android_demo' / 'a.apk'}" in capfd.readouterr().out


def test_android_with_install_puts_the_built_apk_on_the_phone(repository, make_bundle, phone, capfd):
    phone.set(installed=False)

    assert run(["android", str(make_bundle()), "--install"]) == 0

    apk = repository / "android_demo" / "app" / "build" / "check.apk"
    assert phone.commands[-1] == ["-s", "R58M123ABCD", "install", "-r", str(apk)]
    assert capfd.readouterr().out.splitlines()[1:] == [f"apk:     {apk}", "phone:   R58M123ABCD (Pixel 7)"]


def test_android_with_install_and_no_phone_says_so_before_it_builds(repository, make_bundle, phone, capsys):
    phone.set(connected=[])

    assert run(["android", str(make_bundle()), "--install"]) == 1

    assert "no phone is connected" in capsys.readouterr().err
    assert not assets_of(repository).exists()


@pytest.mark.parametrize(
    ("makefile", "said"),
    [
        ("android-check:\n\t@echo 'aapt2 is missing'; exit 3\n", "make android-check failed"),
        ("android-check:\n\t@true\n", "left no APK"),
        (None, "has no Makefile"),
    ],
)
def test_android_with_a_build_that_fails_says_why(repository, make_bundle, capfd, makefile, said):
    (repository / "Makefile").unlink()
    if makefile is not None:
        (repository / "Makefile").write_text(makefile)

    assert run(["android", str(make_bundle()), "--build"]) == 1

    assert said in capfd.readouterr().err


def test_android_takes_an_apk_of_an_earlier_build_for_none(repository, make_bundle, capfd):
    old = repository / "android_demo" / "app" / "old.apk"
    old.touch()
    (repository / "Makefile").write_text("android-check:\n\t@true\n")

    assert run(["android", str(make_bundle()), "--build"]) == 1
    assert "left no APK" in capfd.readouterr().err


def test_android_without_make_says_how_to_get_it(repository, make_bundle, monkeypatch, capfd, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    assert run(["android", str(make_bundle()), "--build"]) == 1
    assert "apt install make" in capfd.readouterr().err


def test_find_app_takes_the_named_folder_first(repository, tmp_path):
    other = tmp_path / "elsewhere"
    (other / "app" / "src" / "main").mkdir(parents=True)

    assert find_app(other) == other
    assert find_app() == repository / "android_demo"
    with pytest.raises(DeviceError, match=r"must be the folder android_demo .* no app/src/main"):
        find_app(tmp_path)


def test_find_app_of_an_installed_wheel_says_where_the_sources_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "tfbert_edge.__file__", str(tmp_path / "site-packages" / "tfbert_edge" / "__init__.py")
    )

    with pytest.raises(DeviceError, match=r"not in its wheel.*--app PATH/android_demo") as caught:
        find_app()
    assert os.linesep not in str(caught.value)
