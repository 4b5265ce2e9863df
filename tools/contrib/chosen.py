"""Calls chosen one by one: each attribute, each optional input and each form of an operator's inputs.

What is recorded is what ONNX Runtime computes."""

import numpy as np
from onnx import TensorProto

from .recording import case

random = np.random.default_rng(20)


def floats(*shape):
    """Random numbers that 16 bits hold."""
    return (np.round(random.standard_normal(shape) * 64) / 64).astype(np.float32)


def ints(*values, dtype=np.int32, shape=None):
    array = np.array(values, dtype)
    return array if shape is None else array.reshape(shape)


def products():
    for a, b, flags in [
        ((3, 5), (5, 4), {}),
        ((5, 3), (5, 4), {"transA": 1}),
        ((3, 5), (4, 5), {"transB": 1}),
        ((2, 5, 3), (4, 5), {"transA": 1, "transB": 1}),
        ((3, 2, 5), (2, 5, 4), {"transBatchA": 1}),
        ((5, 2, 3), (2, 5, 4), {"transA": 1, "transBatchA": 1}),
        ((2, 3, 5), (5, 2, 4), {"transBatchB": 1}),
        ((2, 3, 5), (4, 2, 5), {"transB": 1, "transBatchB": 1}),
        ((5,), (5, 4), {"transA": 1}),
        ((3, 5), (5,), {"transB": 1}),
    ]:
        name = f"{list(a)} {list(b)} {' '.join(flags) or 'plain'}"
        case(name, "FusedMatMul", [floats(*a), floats(*b)], alpha=0.5, **flags)


def normalizations():
    for width in (1, 16, 19):
        x, scale, beta, bias = floats(2, 3, width), floats(width), floats(width), floats(width)
        skip = floats(2, 3, width)
        case(f"width {width}", "SkipLayerNormalization", [x, skip, scale, beta], epsilon=1e-5)
        case(f"width {width}", "SkipSimplifiedLayerNormalization", [x, skip, scale], epsilon=1e-5)
        case(
            f"bias and sum, width {width}", "SkipLayerNormalization", [x, skip, scale, beta, bias],
            outputs=[0, 3], epsilon=1e-3,
        )
        case(
            f"bias and sum, width {width}", "SkipSimplifiedLayerNormalization", [x, skip, scale, bias],
            outputs=[0, 3], epsilon=1e-3,
        )
        case(
            f"width {width}", "SimplifiedLayerNormalization", [x, scale], domain="", epsilon=1e-6,
            axis=-1, stash_type=1,
        )
    x, scale = floats(2, 3, 8), floats(8)
    for shape in ((1, 3, 8), (3, 8)):
        for op in ("SkipLayerNormalization", "SkipSimplifiedLayerNormalization"):
            case(f"skip of shape {list(shape)}", op, [x, floats(*shape), scale], outputs=[0, 3])
    for op in ("SkipLayerNormalization", "SkipSimplifiedLayerNormalization"):
        case("two axes", op, [floats(3, 8), floats(3, 8), scale])
        case("float16", op, [x.astype(np.float16), x.astype(np.float16) / 2, scale.astype(np.float16)])


def activations():
    for count in (1, 15, 17):
        x = floats(2, count) * 3
        case(f"{count} elements", "Gelu", [x])
        case(f"{count} elements", "QuickGelu", [x], alpha=1.702)
        case(f"{count} elements", "FastGelu", [x])
        case(f"{count} elements and bias", "FastGelu", [x, floats(count)])
        case(f"{count} elements", "BiasGelu", [x, floats(count)])
    case("alpha 1", "QuickGelu", [floats(3, 5)], alpha=1.0)


def rotations():
    cos, sin = floats(10, 4), floats(10, 4)
    whole, x = floats(2, 3, 16), floats(2, 2, 3, 8)
    first, each = ints(4, dtype=np.int64), ints(0, 1, 2, 7, 8, 9, dtype=np.int64, shape=(2, 3))
    for interleaved in (0, 1):
        kind = "interleaved" if interleaved else "halves"
        case(f"{kind}, first position", "RotaryEmbedding", [whole, first, cos, sin], interleaved=interleaved)
        case(f"{kind}, positions", "RotaryEmbedding", [whole, each, cos, sin], interleaved=interleaved)
        case(f"{kind}, four axes", "RotaryEmbedding", [x, each, cos, sin], interleaved=interleaved)
        case(
            f"{kind}, part of a head", "RotaryEmbedding", [floats(2, 3, 24), each, cos, sin],
            interleaved=interleaved, rotary_embedding_dim=8, num_heads=2,
        )
    case("scale", "RotaryEmbedding", [whole, first, cos, sin], scale=2.0)


def multi_head_attention():
    def attention(name, inputs, outputs=1, **attributes):
        types = {3: TensorProto.FLOAT}
        case(name, "MultiHeadAttention", inputs, outputs, types=types, num_heads=2, **attributes)

    q, k, v = floats(2, 3, 8), floats(2, 5, 8), floats(2, 5, 12)
    attention("plain", [q, k, v])
    attention("scale", [q, k, v], scale=0.3)
    attention("bias", [q, k, v, floats(28)])
    attention("scores", [q, k, v], outputs=[0, 3])
    attention("present", [q, k, v], outputs=3)
    attention("key lengths", [q, k, v, None, ints(3, 5)])
    attention("key lengths of packed rows", [q, k, v, None, ints(3, 5, 0, 3, 6, 0, 3, 8)])
    attention("padding", [q, k, v, None, ints(1, 1, 0, 1, 0, 1, 1, 1, 1, 1, shape=(2, 5))])
    attention("all padding", [q, k, v, None, ints(*[0] * 10, shape=(2, 5))])
    attention(
        "mask of three axes", [q, k, v, None, random.integers(0, 2, (2, 3, 5)).astype(np.int32)],
        mask_filter_value=-50.0,
    )
    attention("attention bias", [q, k, v, None, None, floats(2, 2, 3, 5)])
    attention("attention bias for all", [q, k, v, None, ints(3, 5), floats(1, 1, 3, 5)])
    attention("keys of four axes", [q, floats(2, 2, 5, 4), floats(2, 2, 5, 4)])
    same = [floats(2, 3, 8) for _ in range(3)]
    attention("causal", same, unidirectional=1)
    attention("causal with bias and padding", same + [floats(24), ints(2, 3)], unidirectional=1)
    past = [floats(2, 2, 4, 4), floats(2, 2, 4, 4)]
    attention("past", same + [None, None, None] + past, outputs=3)
    attention("causal past", same + [None, None, None] + past, outputs=3, unidirectional=1)
    attention(
        "past and padding", same + [None, ints(*[0, 1, 1, 1, 1, 1, 0] * 2, shape=(2, 7)), None] + past,
        outputs=3,
    )
    attention("past and attention bias", same + [None, None, floats(2, 1, 3, 7)] + past, outputs=3)
    one = [floats(2, 1, 8) for _ in range(3)]
    beyond = np.zeros((2, 2, 4, 1), bool)
    beyond[:, :, 3:] = True
    attention(
        "room for new rows", one + [None, None, None] + past + [ints(2)], outputs=3,
        unspecified={1: beyond, 2: beyond},
    )


def group_query_attention():
    def attention(name, inputs, outputs=3, kv_num_heads=1, **attributes):
        attributes = {"num_heads": 2, "kv_num_heads": kv_num_heads} | attributes
        case(name, "GroupQueryAttention", inputs, outputs, **attributes)

    def rows(batch, length, width=8, kv=1):
        return [floats(batch, length, count * width) for count in (2, kv, kv)]

    prompt, lengths = rows(1, 5), [ints(4), ints(5)]
    none = [None, None]
    attention("prompt", prompt + none + lengths)
    attention("as many key heads", rows(1, 3, kv=2) + none + [ints(2), ints(3)], kv_num_heads=2)
    attention("packed", [floats(1, 5, 32), None, None] + none + lengths)
    attention("scale and soft cap", prompt + none + lengths, scale=0.5, softcap=2.0)
    attention("smooth softmax", prompt + none + lengths, smooth_softmax=1)
    attention("sinks", prompt + none + lengths + [None] * 4 + [floats(2)])
    attention("not causal", prompt + none + lengths, causal=0)
    for window in (1, 2, 9):
        attention(f"window {window}", prompt + none + lengths, local_window_size=window)
    bias = floats(1, 2, 5, 5)
    attention("bias", prompt + none + lengths + [None] * 3 + [bias])
    for stage in (1, 2):
        attention(
            f"scores {stage}", prompt + none + lengths + [None] * 3 + [bias[:, :1]], outputs=4,
            qk_output=stage, softcap=3.0, local_window_size=3,
        )
    padding = np.zeros((2, 4, 1), bool)
    padding[1, 2:] = True
    cache_padding = np.zeros((2, 1, 4, 1), bool)
    cache_padding[1, :, 2:] = True
    unspecified = {0: padding, 1: cache_padding, 2: cache_padding}
    attention(
        "padded prompts", rows(2, 4) + none + [ints(3, 1), ints(4)], unspecified=unspecified
    )
    past = [floats(1, 1, 4, 8), floats(1, 1, 4, 8)]
    attention("step", rows(1, 1) + past + [ints(4), ints(5)])
    attention("several rows after a cache", rows(1, 3) + past + [ints(6), ints(7)])
    attention("several rows in a window", rows(1, 3) + past + [ints(6), ints(7)], local_window_size=2)
    room = [floats(2, 1, 6, 8), floats(2, 1, 6, 8)]
    beyond = np.zeros((2, 1, 6, 1), bool)
    beyond[0, :, 4:] = True
    attention(
        "step in caches with room", rows(2, 1) + room + [ints(3, 5), ints(6)],
        unspecified={1: beyond, 2: beyond},
    )
    tables = [floats(10, 8), floats(10, 8)]
    for interleaved in (0, 1):
        kind = "interleaved" if interleaved else "halves"
        attention(
            f"rotary prompt, {kind}", rows(1, 3, 16) + none + [ints(2), ints(3)] + tables, do_rotary=1,
            rotary_interleaved=interleaved,
        )
    wide = [floats(1, 1, 4, 16), floats(1, 1, 4, 16)]
    attention("rotary step", rows(1, 1, 16) + wide + [ints(4), ints(5)] + tables, do_rotary=1)
    attention(
        "rotary step at a position",
        rows(1, 1, 16) + wide + [ints(4), ints(5)] + tables + [ints(8, dtype=np.int64, shape=(1, 1))],
        do_rotary=1,
    )
    attention(
        "rotary prompt at a position",
        rows(1, 3, 16) + none + [ints(2), ints(3)] + tables
        + [ints(5, 6, 7, dtype=np.int64, shape=(1, 3))],
        do_rotary=1,
    )
    chunk = np.zeros((2, 3, 1), bool)
    chunk[0, 2:] = True
    beyond = np.zeros((2, 1, 8, 1), bool)
    beyond[0, :, 5:] = True
    beyond[1, :, 7:] = True
    deep = [floats(2, 1, 8, 8), floats(2, 1, 8, 8)]
    attention(
        "padded chunks", rows(2, 3) + deep + [ints(4, 6), ints(8)] + [None] * 9 + [ints(2, 3)],
        unspecified={0: chunk, 1: beyond, 2: beyond},
    )
    # A cache of 4 rows with a window of 3 drops two rows at a time.
    for held, new in ((3, 1), (4, 1), (5, 1), (5, 3)):
        total = held + new
        resident = total if total <= 4 else total - 2 * -(-(total - 4) // 2)
        beyond = np.zeros((1, 1, 4, 1), bool)
        beyond[:, :, resident:] = True
        attention(
            f"windowed cache, {held} and {new}", rows(1, new) + past + [ints(total - 1), ints(total)],
            unspecified={1: beyond, 2: beyond}, local_window_size=3, sliding_window_cache=1,
        )


def quantized_products():
    for bits, block, k, n, rows in [
        (4, 16, 16, 1, 1), (4, 32, 96, 7, 1), (4, 32, 80, 5, 3), (4, 64, 128, 17, 2), (4, 128, 256, 16, 9),
        (4, 64, 100, 33, 1), (8, 32, 64, 6, 1), (8, 32, 70, 3, 4),
    ]:
        blocks = -(-k // block)
        b = random.integers(0, 256, (n, blocks, block * bits // 8), np.uint8)
        scales = np.abs(floats(n * blocks)) / 16 + 1 / 64
        packed = random.integers(0, 256, (n * (-(-blocks * bits // 8)),), np.uint8)
        for form, zero_points in [("no zero points", None), ("zero points", packed)]:
            for level in (0, 4):
                case(
                    f"{rows} x {k} x {n}, {bits} bits, blocks of {block}, {form}, level {level}",
                    "MatMulNBits", [floats(rows, k), b, scales, zero_points],
                    constants=(1, 2, 3), K=k, N=n, bits=bits, block_size=block, accuracy_level=level,
                )


def record():
    products()
    normalizations()
    activations()
    rotations()
    multi_head_attention()
    group_query_attention()
    quantized_products()
