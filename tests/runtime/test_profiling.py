from __future__ import annotations

from collections import Counter

import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from tfbert_edge.errors import BundleError, DataError
from tfbert_edge.runtime.profiling import OperatorTime, parse_report, profile_operators

# Cut from the report of ai-edge-litert 2.3.0 on a 6-layer MiniLM in float32, 20 inferences.
REPORT = """Number of nodes executed: 301

================== Summary by node type ==================
  [Node type]                                      [count]   [avg ms]    [avg %]    [cdf %]   [mem KB] [times called]
  Delegate/Fully Connected (NC, F32) GEMM               38      0.397    73.819%    73.819%      0.000            760
  Delegate/Softmax (NC, F32)                             7      0.042     1.450%    97.218%      0.000            140
  Delegate/Add (ND)                                      5      0.003     0.180%    99.664%      0.000            660
  GATHER                                                 3      0.005     0.074%    99.900%      0.000             60

Timings (microseconds): count=301 curr=409138
"""


def test_parse_report_gives_the_time_of_an_inference():
    assert parse_report(REPORT, runs=20) == [
        OperatorTime("Fully Connected (NC, F32) GEMM", True, 38, pytest.approx(38 * 0.397)),
        OperatorTime("Softmax (NC, F32)", True, 7, pytest.approx(7 * 0.042)),
        # 660 calls in 20 inferences; the column [count] merges those of several XNNPACK partitions.
        OperatorTime("Add (ND)", True, 33, pytest.approx(33 * 0.003)),
        OperatorTime("GATHER", False, 3, pytest.approx(3 * 0.005)),
    ]
    # The report's own share of its own total: 73.819 % of 409138 us in 20 inferences.
    assert parse_report(REPORT, runs=20)[0].mean_ms == pytest.approx(0.73819 * 409.138 / 20, rel=2e-3)


def test_profile_operators_counts_what_the_interpreter_holds(tiny_models, tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(tiny_models["int8"][0])
    oracle = Interpreter(
        model_content=tiny_models["int8"][0],
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    nodes = Counter(node["op_name"] for node in oracle._get_ops_details())
    times = profile_operators(path, runs=5)
    builtin = {time.operator: time.count for time in times if not time.delegated}
    assert builtin  # XNNPACK has no GATHER.
    assert all(nodes[operator] == count for operator, count in builtin.items())
    assert builtin["GATHER"] == 3
    assert any(time.operator.startswith("Fully Connected") for time in times if time.delegated)
    assert [time.mean_ms for time in times] == sorted((time.mean_ms for time in times), reverse=True)


def test_profile_operators_foreign_file_raises(tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(b"foreign")
    with pytest.raises(BundleError, match="cannot be profiled"):
        profile_operators(path)


def test_profile_operators_no_runs_raises(tmp_path):
    with pytest.raises(DataError, match="runs"):
        profile_operators(tmp_path / "model.tflite", runs=0)
