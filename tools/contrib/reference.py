"""The operators' definitions in float64, after ONNX Runtime's docs/ContribOperators.md.

Inputs are arrays of any floating-point type, outputs float64. Attributes that are floats are taken as
float32, in which a model holds them.
"""

import math

import numpy as np


def wide(array):
    return None if array is None else array.astype(np.float64)


def attribute(value):
    return float(np.float32(value))


# Activations


def gelu(x):
    return wide(x) * (1 + np.vectorize(math.erf, otypes=[float])(wide(x) / math.sqrt(2))) / 2


def fast_gelu(x):
    x = wide(x)
    return x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2


def quick_gelu(x, alpha):
    return wide(x) / (1 + np.exp(-attribute(alpha) * wide(x)))


# Products


def fused_matmul(a, b, alpha=1.0, transA=0, transB=0, transBatchA=0, transBatchB=0):
    def arranged(x, moves_rows, transposes):
        x = wide(x)
        if x.ndim < 2:
            return x
        if moves_rows:
            x = np.moveaxis(x, 0, -2)
        return x.swapaxes(-1, -2) if transposes else x

    return attribute(alpha) * np.matmul(arranged(a, transBatchA, transA), arranged(b, transBatchB, transB))


def nibbles(packed):
    return np.stack([packed & 15, packed >> 4], -1).reshape(*packed.shape[:-1], -1)


def dequantized(b, scales, zero_points, groups, depth, bits):
    """The weights of MatMulNBits, `[N, K]`."""
    columns, blocks, _ = b.shape
    values = wide(nibbles(b) if bits == 4 else b).reshape(columns, -1)
    size = values.shape[1] // blocks
    if zero_points is None:
        zeros = np.full((columns, blocks), 2.0 ** (bits - 1))
    elif zero_points.dtype == np.uint8:
        rows = zero_points.reshape(columns, -1)
        zeros = wide(nibbles(rows) if bits == 4 else rows)[:, :blocks]
    else:
        zeros = wide(zero_points).reshape(columns, blocks)
    block = np.arange(depth) // size if groups is None else groups[:depth]
    return (values[:, :depth] - zeros[:, block]) * wide(scales).reshape(columns, blocks)[:, block]


def quantized(a, size):
    """Activations rounded to signed bytes by rows and blocks of `size`, and back.

    Also how close a quotient came to the middle between two integers, where float32 may round differently.
    """
    depth = a.shape[-1]
    padded = np.pad(wide(a), [(0, 0)] * (a.ndim - 1) + [(0, -depth % size)])
    blocks = padded.reshape(*a.shape[:-1], -1, size)
    largest = np.abs(blocks).max(-1, keepdims=True)
    quotients = blocks * 127 / np.where(largest == 0, 1, largest)
    closest = np.abs(quotients - np.floor(quotients) - 0.5).min()
    return (np.rint(quotients) * largest / 127).reshape(padded.shape)[..., :depth], closest


def matmul_nbits(a, weights, bias):
    result = wide(a) @ weights.T
    return result if bias is None else result + wide(bias)


# Normalization


def normalized(x, epsilon, subtracts_mean):
    """Rows along the last axis, with their means and inverse deviations."""
    mean = x.mean(-1, keepdims=True) if subtracts_mean else np.zeros_like(x[..., :1])
    inverse = 1 / np.sqrt(np.square(x - mean).mean(-1, keepdims=True) + attribute(epsilon))
    return (x - mean) * inverse


def skip_normalization(x, skip, scale, beta, bias, epsilon, subtracts_mean):
    """The output and the sum that is normalised."""
    total = wide(x) + wide(skip)
    if bias is not None:
        total = total + wide(bias)
    result = normalized(total, epsilon, subtracts_mean) * wide(scale)
    return (result if beta is None else result + wide(beta)), total


# Attention


def rotated(x, cos, sin, interleaved):
    """Heads `[..., size]` turned in their first elements, as many as `cos` and `sin` have twice."""
    half = cos.shape[-1]
    x, cos, sin = wide(x), wide(cos), wide(sin)
    first, second = (
        (x[..., 0 : 2 * half : 2], x[..., 1 : 2 * half : 2])
        if interleaved
        else (x[..., :half], x[..., half : 2 * half])
    )
    parts = [first * cos - second * sin, first * sin + second * cos]
    turned = (
        np.stack(parts, -1).reshape(*x.shape[:-1], 2 * half) if interleaved else np.concatenate(parts, -1)
    )
    return np.concatenate([turned, x[..., 2 * half :]], -1)


def heads(x, count):
    """`[batch, sequence, heads · size]` as `[batch, heads, sequence, size]`."""
    batch, length, width = x.shape
    return wide(x).reshape(batch, length, count, width // count).swapaxes(1, 2)


def attention(queries, keys, values, visible, scale=None, softcap=0.0, bias=0.0, sinks=None):
    """Attended values `[batch, sequence, heads · size]`.

    queries: `[batch, heads, sequence, size]`; keys and values may have fewer heads.
    visible: broadcast to the scores, whether a query sees a key.
    """
    batch, count, length, size = queries.shape
    group = count // keys.shape[1]
    keys, values = np.repeat(keys, group, 1), np.repeat(values, group, 1)
    factor = attribute(scale) if scale else 1 / math.sqrt(size)
    scores = queries @ keys.swapaxes(-1, -2) * factor
    if softcap:
        scores = attribute(softcap) * np.tanh(scores / attribute(softcap))
    scores = np.where(visible, scores + bias, -np.inf)
    largest = scores.max(-1, keepdims=True)
    sink = None
    if sinks is not None:
        sink = wide(np.asarray(sinks)).reshape(1, count, 1, 1)
        largest = np.maximum(largest, sink)
    exponentials = np.exp(scores - largest)
    total = exponentials.sum(-1, keepdims=True)
    if sink is not None:
        total = total + np.exp(sink - largest)
    attended = exponentials / total @ values
    return attended.swapaxes(1, 2).reshape(batch, length, -1)
