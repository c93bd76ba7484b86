"""The dexed core must answer as the core on the JVM: the dex is turned back into classes, which run the same program."""

from __future__ import annotations

from pathlib import Path

from android_demo.check.tools import BUILD, CHECK, JAVA, CheckError, Tools, run

_DEX2JAR = "com.googlecode.dex2jar.tools.Dex2jarCmd"


def check_round_trip(tools: Tools, core: Path, dex: Path, bundles: list[Path]) -> None:
    """Run ``RoundTrip.java`` over the compiled core and over what dex2jar makes of the dex, and compare what they print.

    Both tokenize every code point, and every golden text of ``bundles`` (folders), so that D8's translation is tested
    without a phone. That the JVM's ids are right is what the core's own tests show.

    Raises:
        CheckError: the dex cannot be read, or ids, offsets or answers differ.
    """
    back = BUILD / "work" / "back.jar"
    said = run("turn the dex back", [*JAVA, "-cp", tools.java, _DEX2JAR, "-f", "-cf", "-o", back, dex])
    if "GLITCH" in said or "ERROR" in said:
        raise CheckError(f"dex2jar could not translate everything:\n{said}")
    jvm = _program("run the core on the JVM", [core, tools.kotlin], bundles)
    dexed = _program("run the core from the dex", [back], bundles)
    if jvm != dexed:
        raise CheckError(f"the dexed core differs from the JVM's:\n{dexed}\ninstead of\n{jvm}")
    print(jvm, end="", flush=True)


def _program(what: str, classes: list[Path], bundles: list[Path]) -> str:
    path = ":".join(map(str, classes))
    return run(what, [*JAVA, "-cp", path, CHECK / "RoundTrip.java", *bundles])
