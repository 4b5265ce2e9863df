#!/usr/bin/env python3
"""Records what operators of com.microsoft (and SimplifiedLayerNormalization) compute.

Writes Tests/Fixtures/contrib-operators.json: a list of calls with inputs and outputs, which the tests of the
module Operators compare this engine with. Needs numpy, onnx and onnxruntime:

    python3 tools/contrib-fixtures.py [output]

The outputs of calls chosen one by one (contrib/chosen.py) are ONNX Runtime's. Those of calls that are drawn
at random (contrib/drawn.py) come from definitions in float64 (contrib/reference.py), and ONNX Runtime has to
agree with them. Elements of outputs that an operator leaves unspecified are NaN.
"""

import json
import sys
from pathlib import Path

from contrib import chosen, drawn
from contrib.recording import cases


def main():
    chosen.record()
    drawn.record()
    default = Path(__file__).parent.parent / "Tests" / "Fixtures" / "contrib-operators.json"
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in cases)
    path.write_text(f"[\n{lines}\n]\n")
    print(f"{len(cases)} cases, {path.stat().st_size} bytes: {path}")


main()
