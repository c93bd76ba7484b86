"""What both builds of the app rest on, read from its sources."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from android_demo.check.tools import DEMO, versions

APP = DEMO / "app" / "src" / "main"
ANDROID = "{http://schemas.android.com/apk/res/android}"


def _sources(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(folder.rglob("*.kt"))}


def _property(pom: Path, name: str) -> str:
    found = re.search(rf"<{re.escape(name)}>([^<]+)</", pom.read_text())
    assert found, f"{pom} has no {name}"
    return found[1]


def test_kotlin_version_is_one_in_gradle_maven_and_the_check():
    kotlin = versions()["kotlin"]
    assert _property(DEMO / "core" / "pom.xml", "kotlin.version") == kotlin
    assert _property(DEMO / "check" / "pom.xml", "kotlin.version") == kotlin


def test_app_imports_litert_in_one_file_and_nothing_but_android_java_and_the_core_elsewhere():
    known = ("android.", "java.", "kotlin.", "dev.tfbertedge.core.")
    foreign = {
        name: [
            line for line in re.findall(r"^import (\S+)", text, re.MULTILINE) if not line.startswith(known)
        ]
        for name, text in _sources(APP / "kotlin").items()
    }
    foreign = {name: imports for name, imports in foreign.items() if imports}
    assert set(foreign) == {"LiteRtModel.kt"}
    assert all(line.startswith("org.tensorflow.lite.") for line in foreign["LiteRtModel.kt"])


def test_core_knows_nothing_of_android():
    for name, text in _sources(DEMO / "core" / "src" / "main" / "kotlin").items():
        imports = re.findall(r"^import (\S+)", text, re.MULTILINE)
        assert all(line.startswith(("java.", "kotlin.")) for line in imports), name


def test_every_string_is_used_and_has_text():
    strings = ElementTree.parse(APP / "res" / "values" / "strings.xml").getroot()
    names = [string.get("name") for string in strings]
    everything = "".join(path.read_text() for path in APP.rglob("*") if path.suffix in (".kt", ".xml"))
    for name in names:
        assert re.search(rf"(R\.string\.|@string/){name}\b", everything), f"{name} is not used"
    assert all(string.text for string in strings)


def test_colours_have_contrast_by_day_and_by_night():
    for folder in ("values", "values-night"):
        colours = {
            item.get("name"): item.text
            for item in ElementTree.parse(APP / "res" / folder / "colors.xml").getroot()
        }
        for name in ("text", "quiet_text", "accent", "error"):
            assert _contrast(colours[name], colours["background"]) >= 4.5, f"{name} of {folder}"


def test_manifest_exports_what_the_device_commands_start():
    activities = {
        activity.get(f"{ANDROID}name"): activity
        for activity in ElementTree.parse(APP / "AndroidManifest.xml").iter("activity")
    }
    validate = activities[".ValidateActivity"]
    assert validate.get(f"{ANDROID}exported") == "true"
    actions = [action.get(f"{ANDROID}name") for action in validate.iter("action")]
    assert actions == ["dev.tfbertedge.demo.action.VALIDATE"]


def _contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.1, of two colours as #RRGGBB."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
