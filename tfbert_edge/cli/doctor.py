"""``tfbert-edge doctor``: is everything here?"""

from __future__ import annotations

from typing import Any

from tfbert_edge.cli.options import Json, print_json
from tfbert_edge.errors import INSTALL


def doctor(as_json: Json = False) -> None:
    """Print versions, the processor's features, and what is missing with the line that installs it.

    Exit code 1 when a package of the base installation is missing.

    Examples:

    - `tfbert-edge doctor`
    - `tfbert-edge doctor --json`
    """
    import typer

    found = examine()
    if as_json:
        print_json(found)
    else:
        _print(found)
    if "base" in found["missing"]:
        raise typer.Exit(1)


def examine() -> dict[str, Any]:
    """Everything that ``doctor`` says, as JSON types."""
    from tfbert_edge.host import (
        BASE_PACKAGES,
        DEMO_PACKAGES,
        TRAIN_PACKAGES,
        describe_host,
        describe_versions,
        installed_version,
    )

    groups = {"base": BASE_PACKAGES, "train": TRAIN_PACKAGES, "demo": DEMO_PACKAGES}
    missing = {
        extra: absent
        for extra, packages in groups.items()
        if (absent := [package for package in packages if installed_version(package) is None])
    }
    host = describe_host()
    return {
        "host": host,
        "versions": describe_versions(),
        "bfloat16": sorted({"avx512_bf16", "amx_bf16"} & set(host["flags"])),
        "export": _export_problem(),
        "missing": {
            extra: {"packages": absent, "install": INSTALL[extra]} for extra, absent in missing.items()
        },
    }


def _export_problem() -> str | None:
    """What shadows this project's `export` package; None when nothing does."""
    from tfbert_edge.errors import TfbertEdgeError
    from tfbert_edge.pipeline import import_export

    try:
        import_export("export")
    except TfbertEdgeError as error:
        return str(error)
    return None


def _print(found: dict[str, Any]) -> None:
    host = found["host"]
    print(
        f"machine    {host['machine']}, {host['processor']}, {host['cores']} cores, {host['memory_gib']} GiB"
    )
    print(f"features   {' '.join(host['flags']) or 'none known'}")
    print(
        f"training   {'bfloat16 (' + ', '.join(found['bfloat16']) + ')' if found['bfloat16'] else 'float32'}"
    )
    for name, version in found["versions"].items():
        print(f"  {name:31}{version}")
    if found["export"]:
        print(f"problem    {found['export']}")
    for extra, lack in found["missing"].items():
        print(f"missing    {', '.join(lack['packages'])}\n  {extra}: {lack['install']}")
    if not found["missing"] and not found["export"]:
        print("nothing is missing")
