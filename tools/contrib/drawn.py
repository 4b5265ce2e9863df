"""Calls with shapes, attributes and optional inputs drawn at random, the same in each run.

What is recorded is what the definitions in float64 give. ONNX Runtime must agree with them: to float32's
precision, or to float16's where that is what it computes in.
"""

import numpy as np
from onnx import TensorProto

from . import reference
from .recording import case

random = np.random.default_rng(21)

# Relative L2 distances of ONNX Runtime, which rounds halves in between, and of this engine, which rounds
# once.
AGREEMENT = {np.float32: 4e-6, np.float16: 6e-3}
TOLERANCE = {np.float32: 2e-6, np.float16: 6e-4}


def maybe(probability=0.5):
    return random.random() < probability


def pick(*values):
    return values[random.integers(len(values))]


def drawn_type():
    return np.float32 if maybe(0.75) else np.float16


def floats(*shape, dtype=np.float32):
    """Normally distributed numbers that 16 bits hold."""
    return random.standard_normal(shape).astype(np.float16).astype(dtype)


def check(index, op, inputs, results, dtype=np.float32, **settings):
    """Records a call; `results` are the wanted outputs in float64."""
    shapes = " ".join("–" if x is None else "×".join(map(str, x.shape)) or "scalar" for x in inputs)
    case(
        f"drawn {index}, {np.dtype(dtype).name} {shapes}",
        op,
        inputs,
        reference=results,
        agreement=AGREEMENT[dtype],
        tolerance=TOLERANCE[dtype],
        **settings,
    )


def activation(index):
    dtype = drawn_type()
    # Not only elements far below 0, where float32 keeps little of the sum of 1 and the error function.
    shape = (*random.integers(1, 6, random.integers(0, 3)), random.integers(4, 40))
    x, bias = 2 * floats(*shape, dtype=dtype), floats(shape[-1], dtype=dtype)
    match pick("Gelu", "QuickGelu", "FastGelu", "BiasGelu"):
        case "Gelu":
            check(index, "Gelu", [x], [reference.gelu(x)], dtype)
        case "QuickGelu":
            alpha = float(random.uniform(0.5, 2))
            check(index, "QuickGelu", [x], [reference.quick_gelu(x, alpha)], dtype, alpha=alpha)
        case "FastGelu":
            if maybe():
                result = reference.fast_gelu(x.astype(np.float64) + bias)
                check(index, "FastGelu", [x, bias], [result], dtype)
            else:
                check(index, "FastGelu", [x], [reference.fast_gelu(x)], dtype)
        case "BiasGelu":
            check(index, "BiasGelu", [x, bias], [reference.gelu(x.astype(np.float64) + bias)], dtype)


def product(index):
    dtype = drawn_type()
    rows, depth, columns = random.integers(1, 20, 3)
    batch = tuple(random.integers(1, 4, random.integers(0, 3)))
    flags = {name: 1 for name in ("transA", "transB") if maybe()}
    # These two move the rows in front of the batch, which there must be and which must be the same in both.
    flags |= {name: 1 for name in ("transBatchA", "transBatchB") if batch and maybe(0.25)}
    moved = "transBatchA" in flags or "transBatchB" in flags

    def operand(name, first, second):
        axes = (second, first) if flags.get(f"trans{name}") else (first, second)
        if flags.get(f"transBatch{name}"):
            return floats(axes[0], *batch, axes[1], dtype=dtype)
        own = batch if moved or maybe() else tuple(pick(1, size) for size in batch)
        return floats(*own, *axes, dtype=dtype)

    a, b = operand("A", rows, depth), operand("B", depth, columns)
    alpha = float(random.uniform(-2, 2))
    result = reference.fused_matmul(a, b, alpha, **flags)
    check(index, "FusedMatMul", [a, b], [result], dtype, alpha=alpha, **flags)


def normalization(index):
    dtype = drawn_type()
    batch, length, width = random.integers(1, 4), random.integers(1, 6), random.integers(2, 40)
    x = floats(batch, length, width, dtype=dtype)
    scale = floats(width, dtype=dtype)
    epsilon = float(pick(1e-12, 1e-6, 1e-5, 1e-2))
    op = pick("SkipLayerNormalization", "SkipSimplifiedLayerNormalization", "SimplifiedLayerNormalization")
    if op == "SimplifiedLayerNormalization":
        result = reference.normalized(x.astype(np.float64), epsilon, False) * scale
        check(
            index, op, [x, scale], [result], dtype, domain="", epsilon=epsilon, axis=pick(-1, 2), stash_type=1
        )
        return
    shape = pick((batch, length, width), (batch, length, width), (1, length, width), (length, width))
    skip = floats(*shape, dtype=dtype)
    subtracts_mean = op == "SkipLayerNormalization"
    beta = floats(width, dtype=dtype) if subtracts_mean and maybe() else None
    bias = floats(width, dtype=dtype) if maybe() else None
    results = reference.skip_normalization(x, skip, scale, beta, bias, epsilon, subtracts_mean)
    inputs = [x, skip, scale, beta, bias] if subtracts_mean else [x, skip, scale, bias]
    while inputs[-1] is None:
        inputs.pop()
    if maybe():
        check(index, op, inputs, list(results), dtype, outputs=[0, 3], epsilon=epsilon)
    else:
        check(index, op, inputs, [results[0]], dtype, epsilon=epsilon)


def rotation(index):
    dtype = drawn_type()
    batch, length, count = random.integers(1, 4), random.integers(1, 6), random.integers(1, 4)
    size = 2 * int(random.integers(1, 10))
    is_partial = size > 2 and maybe(0.3)
    turned = 2 * int(random.integers(1, size // 2)) if is_partial else size
    table = int(random.integers(length, length + 8))
    cos, sin = floats(table, turned // 2, dtype=dtype), floats(table, turned // 2, dtype=dtype)
    x = floats(batch, length, count * size, dtype=dtype)
    if maybe():
        given = random.integers(0, table - length + 1, 1)
        positions = given[0] + np.tile(np.arange(length), (batch, 1))
    else:
        given = positions = random.integers(0, table, (batch, length))
    interleaved = int(maybe())
    attributes = {"interleaved": interleaved}
    if is_partial:
        attributes |= {"rotary_embedding_dim": turned, "num_heads": int(count)}
    result = reference.rotated(
        reference.heads(x, count), cos[positions][:, None], sin[positions][:, None], interleaved
    )
    if not is_partial and maybe():
        x = np.ascontiguousarray(x.reshape(batch, length, count, size).swapaxes(1, 2))
    else:
        result = result.swapaxes(1, 2).reshape(x.shape)
    check(index, "RotaryEmbedding", [x, given, cos, sin], [result], dtype, **attributes)


def multi_head(index):
    dtype = drawn_type()
    batch, length, count = (int(n) for n in random.integers(1, 4, 3))
    length = int(random.integers(1, 7))
    size = int(pick(1, 3, 4, 8, 16))
    is_causal, has_past = maybe(0.3), maybe(0.3)
    is_self = is_causal or has_past or maybe()
    new = length if is_self else int(random.integers(1, 9))
    value_size = size if has_past else int(pick(1, 4, size))
    past = int(random.integers(1, 6)) if has_past else 0
    total = past + new

    query = floats(batch, length, count * size, dtype=dtype)
    key = floats(batch, new, count * size, dtype=dtype)
    value = floats(batch, new, count * value_size, dtype=dtype)
    bias = floats(count * (2 * size + value_size), dtype=dtype) if maybe(0.3) else None
    scale = float(random.uniform(0.1, 1)) if maybe(0.3) else None
    attributes = {"num_heads": count}
    if scale:
        attributes["scale"] = scale
    if is_causal:
        attributes["unidirectional"] = 1

    # The first key is always there: behind a mask over all keys float32 keeps nothing of the scores.
    padding, kept = None, np.ones((batch, total), bool)
    if maybe(0.4):
        form = pick("lengths", "keys") if not has_past else "keys"
        lengths = random.integers(1, total + 1, batch)
        kept = np.arange(total) < lengths[:, None]
        if form == "keys" and maybe():
            kept[:, 1:] = random.random((batch, total - 1)) < 0.6
        padding = (lengths if form == "lengths" else kept).astype(np.int32)
    added = None
    if maybe(0.4):
        added = floats(pick(1, batch), pick(1, count), length, total, dtype=dtype)
    pasts = [floats(batch, count, past, size, dtype=dtype) for _ in range(2)] if has_past else [None, None]

    parts = [query, key, value]
    if bias is not None:
        split = np.split(bias.astype(np.float64), [count * size, 2 * count * size])
        parts = [x.astype(np.float64) + y for x, y in zip(parts, split, strict=True)]
    queries, keys, values = (reference.heads(x, count) for x in parts)
    if has_past:
        keys = np.concatenate([reference.wide(pasts[0]), keys], 2)
        values = np.concatenate([reference.wide(pasts[1]), values], 2)
    position = past + np.arange(length)[:, None]
    visible = np.arange(total) <= position if is_causal else np.ones((length, total), bool)
    result = reference.attention(
        queries,
        keys,
        values,
        visible & kept[:, None, None, :],
        scale,
        bias=0.0 if added is None else reference.wide(added),
    )
    inputs = [query, key, value, bias, padding, added, *pasts]
    while inputs[-1] is None:
        inputs.pop()
    outputs = [result, keys, values] if has_past or maybe(0.3) else [result]
    check(
        index,
        "MultiHeadAttention",
        inputs,
        outputs,
        dtype,
        outputs=len(outputs),
        types={3: TensorProto.FLOAT},
        **attributes,
    )


def group_query(index):
    dtype = drawn_type()
    key_heads = int(random.integers(1, 3))
    count = key_heads * int(random.integers(1, 4))
    stage = pick("prompt", "step", "chunk")
    batch = 1 if stage == "chunk" else int(random.integers(1, 3))
    new = 1 if stage == "step" else int(random.integers(2, 8))
    rotates = maybe()
    size = 16 if rotates else int(pick(8, 16, 24))
    is_packed, has_bias = maybe(0.3), maybe(0.3)
    # Cached rows of each entry, and the room there is.
    if stage == "prompt":
        held = np.zeros(batch, int)
        room = 0
    else:
        held = random.integers(1, 7, batch)
        room = int(held.max()) + (new + int(random.integers(0, 3)) if maybe() else 0)
    totals = held + new
    longest = int(totals.max())
    capacity = max(room, longest)

    queries = floats(batch, new, count * size, dtype=dtype)
    keys, values = (floats(batch, new, key_heads * size, dtype=dtype) for _ in range(2))
    past = [floats(batch, key_heads, room, size, dtype=dtype) for _ in range(2)] if room else [None, None]
    tables = [floats(longest + 2, size // 2, dtype=dtype) for _ in range(2)] if rotates else [None, None]
    bias = floats(pick(1, batch), pick(1, count), new, longest, dtype=dtype) if has_bias else None
    sinks = floats(count, dtype=dtype) if maybe(0.25) else None
    is_smooth = sinks is None and maybe(0.2)
    interleaved = int(maybe())
    window = int(random.integers(1, 6)) if maybe(0.3) else None
    softcap = float(random.uniform(1, 5)) if maybe(0.3) else 0.0
    scale = float(random.uniform(0.1, 1)) if maybe(0.3) else None

    results, present_keys, present_values = [], [], []
    for entry in range(batch):
        rows = [
            reference.heads(x[entry : entry + 1], n)
            for x, n in ((queries, count), (keys, key_heads), (values, key_heads))
        ]
        positions = held[entry] + np.arange(new)
        if rotates:
            cos, sin = tables[0][positions], tables[1][positions]
            rows[:2] = [reference.rotated(x, cos, sin, interleaved) for x in rows[:2]]
        own = [
            np.concatenate([reference.wide(x[entry : entry + 1, :, : held[entry]]), y], 2) if room else y
            for x, y in zip(past, rows[1:], strict=True)
        ]
        places = np.arange(totals[entry])
        visible = places <= positions[:, None]
        if window:
            visible &= places > positions[:, None] - window
        added = 0.0
        if has_bias:
            added = reference.wide(bias[min(entry, len(bias) - 1)])[None, ..., : totals[entry]]
        results.append(
            reference.attention(
                rows[0],
                *own,
                visible,
                scale,
                softcap,
                added,
                sinks=np.zeros(count) if is_smooth else sinks,
            )
        )
        # What is beyond the rows of an entry is left as it was, or not written at all.
        beyond = np.full((1, key_heads, capacity - totals[entry], size), np.nan)
        present_keys.append(np.concatenate([own[0], beyond], 2))
        present_values.append(np.concatenate([own[1], beyond], 2))

    attributes = {"num_heads": count, "kv_num_heads": key_heads}
    if rotates:
        attributes |= {"do_rotary": 1, "rotary_interleaved": interleaved}
    if window:
        attributes["local_window_size"] = window
    if softcap:
        attributes["softcap"] = softcap
    if scale:
        attributes["scale"] = scale
    if is_smooth:
        attributes["smooth_softmax"] = 1
    projections = (
        [np.concatenate([queries, keys, values], -1), None, None] if is_packed else [queries, keys, values]
    )
    lengths = [(totals - 1).astype(np.int32), np.array([longest], np.int32)]
    inputs = projections + past + lengths + tables + [None, bias, sinks]
    while inputs[-1] is None:
        inputs.pop()
    outputs = [np.concatenate(x) for x in (results, present_keys, present_values)]
    check(index, "GroupQueryAttention", inputs, outputs, dtype, outputs=3, **attributes)


def quantized_product(index):
    dtype = drawn_type()
    bits, size = int(pick(4, 4, 8)), int(pick(16, 32, 64, 128))
    depth = int(random.integers(1, 3 * size))
    columns = int(random.integers(1, 24))
    rows = tuple(random.integers(1, 8, pick(1, 2)))
    blocks = -(-depth // size)
    b = random.integers(0, 256, (columns, blocks, size * bits // 8), np.uint8)
    scales = (np.abs(floats(columns, blocks)) / 16).astype(np.float16).astype(dtype)
    packed = random.integers(0, 256, (columns, -(-blocks * bits // 8)), np.uint8)
    zero_points = pick(None, packed)
    # For 8 bits ONNX Runtime has neither zero points of floating point nor g_idx.
    if bits == 4 and maybe(0.3):
        zero_points = (random.random((columns, blocks)) * 16).astype(np.float16).astype(dtype)
    level = int(pick(0, 4)) if zero_points is None or zero_points.dtype == np.uint8 else 0
    groups = None
    # Beside g_idx ONNX Runtime 1.32 takes zero points that are bytes for absent, against the documentation.
    has_bytes = zero_points is not None and zero_points.dtype == np.uint8
    if level == 0 and bits == 4 and not has_bytes and maybe(0.5):
        groups = random.integers(0, blocks, depth).astype(np.int32)
    bias = floats(columns, dtype=dtype) if maybe(0.3) else None

    a = floats(*rows, depth, dtype=dtype)
    activations = a
    if level == 4:
        activations, closest = reference.quantized(a, size)
        while closest < 1e-4:
            a = floats(*rows, depth, dtype=dtype)
            activations, closest = reference.quantized(a, size)
    weights = reference.dequantized(b, scales, zero_points, groups, depth, bits)
    result = reference.matmul_nbits(activations, weights, bias)
    inputs = [a, b, scales, zero_points, groups, bias]
    while inputs[-1] is None:
        inputs.pop()
    check(
        index,
        "MatMulNBits",
        inputs,
        [result],
        dtype,
        constants=range(1, len(inputs)),
        K=depth,
        N=columns,
        bits=bits,
        block_size=size,
        accuracy_level=level,
    )


def record():
    for draw, count in [
        (activation, 30),
        (product, 25),
        (normalization, 40),
        (rotation, 25),
        (multi_head, 40),
        (group_query, 50),
        (quantized_product, 50),
    ]:
        for index in range(count):
            draw(index)
