"""Runs single calls of operators on ONNX Runtime and collects them with their results."""

import base64

import numpy as np
import onnxruntime
from onnx import helper, numpy_helper

OPSET = 20
# Relative L2 distances that this engine's results may have, by the type of the inputs.
TOLERANCES = {"float16": 2e-3}
TOLERANCE = 2e-6

cases = []


def encode(array):
    if array is None:
        return None
    result = {"type": str(array.dtype), "shape": list(array.shape)}
    stored = np.ascontiguousarray(array)
    if array.dtype == np.float32 and np.array_equal(array, array.astype(np.float16)):
        # Half the space, for the inputs at least.
        result["stored"] = "float16"
        stored = stored.astype(np.float16)
    result["data"] = base64.b64encode(stored.tobytes()).decode()
    return result


def encode_attribute(value):
    if isinstance(value, float):
        return {"float": value}
    if isinstance(value, int):
        return {"int": value}
    return {"string": value}


def run(op, inputs, wanted, domain, types, constants, attributes):
    """What ONNX Runtime computes."""
    input_names = [f"input{i}" if x is not None else "" for i, x in enumerate(inputs)]
    output_names = [f"output{i}" if i in wanted else "" for i in range(max(wanted) + 1)]
    node = helper.make_node(op, input_names, output_names, domain=domain, **attributes)
    feeds = {name: x for name, x in zip(input_names, inputs, strict=True) if x is not None}
    fixed = [input_names[i] for i in constants if input_names[i]]
    graph = helper.make_graph(
        [node],
        "call",
        [
            helper.make_tensor_value_info(key, helper.np_dtype_to_tensor_dtype(x.dtype), x.shape)
            for key, x in feeds.items()
            if key not in fixed
        ],
        [
            helper.make_tensor_value_info(f"output{i}", types[i], None)
            if types and i in types
            else helper.make_empty_tensor_value_info(f"output{i}")
            for i in wanted
        ],
        [numpy_helper.from_array(feeds[key], key) for key in fixed],
    )
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return session.run(None, {key: x for key, x in feeds.items() if key not in fixed})


def distance(found, expected):
    """Relative L2 distance over the elements that are not NaN in what is expected."""
    known = ~np.isnan(expected)
    found, expected = found[known].astype(np.float64), expected[known].astype(np.float64)
    return np.linalg.norm(found - expected) / max(np.linalg.norm(expected), 1e-30)


def case(
    name,
    op,
    inputs,
    outputs=1,
    domain="com.microsoft",
    unspecified=None,
    types=None,
    constants=(),
    reference=None,
    agreement=None,
    tolerance=None,
    **attributes,
):
    """Records one call.

    outputs: their number, or the indices of those that are asked for.
    unspecified: for the index of an output, a mask of the elements that are not compared.
    types: for the index of an output, its element type where ONNX Runtime cannot infer it.
    constants: indices of inputs that are initializers. ONNX Runtime uses int8 activations for these only.
    reference: the wanted outputs in float64, to record in place of ONNX Runtime's. NaN marks elements that
        are not compared.
    agreement: the relative L2 distance that ONNX Runtime's outputs may have from the reference.
    tolerance: the distance this engine's outputs may have from what is recorded, if not the usual one.
    """
    wanted = list(range(outputs)) if isinstance(outputs, int) else list(outputs)
    found = run(op, inputs, wanted, domain, types, constants, attributes)
    results = [None] * (max(wanted) + 1)
    for place, (index, result) in enumerate(zip(wanted, found, strict=True)):
        if unspecified and index in unspecified:
            mask = np.broadcast_to(unspecified[index], result.shape)
            result = np.where(mask, np.nan, result).astype(result.dtype)
        assert unspecified or reference or not np.isnan(result).any(), f"NaN in {op} {name}"
        if reference:
            expected = reference[place]
            assert expected.shape == result.shape, f"{op} {name}: {expected.shape}, not {result.shape}"
            far = distance(result, expected)
            assert far <= agreement, f"{op} {name}: ONNX Runtime and the reference differ by {far}"
            result = expected.astype(result.dtype)
        results[index] = result
    kinds = {str(x.dtype) for x in inputs if x is not None}
    usual = next((TOLERANCES[kind] for kind in kinds if kind in TOLERANCES), TOLERANCE)
    cases.append(
        {
            "name": f"{op} {name}",
            "op": op,
            "domain": domain,
            "opset": OPSET if domain == "" else 1,
            "attributes": {key: encode_attribute(value) for key, value in attributes.items()},
            "inputs": [encode(x) for x in inputs],
            "outputs": [encode(x) for x in results],
            "tolerance": tolerance or usual,
        }
    )
