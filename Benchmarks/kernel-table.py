#!/usr/bin/env python3
"""Runs the kernels' benchmarks and prints them as one table, a column for each instruction set.

  Benchmarks/kernel-table.py [--filter 'MatMulNBits.*'] [--sets avx512 avx2] [--percentile 50]

The figures are rates, 10⁹ of the unit in a second; those of products, and of what streams weights or a cache,
are held against the limit of the machine that is measured in the same run.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
SETS = ("avx512", "avx2", "portable")
LIMITS = {"operations": "limit of float32", "bytes": "limit of memory read"}
Rates = dict[str, float]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--filter", default=".*", help="regular expression of whole names, without the set")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--percentile", type=float, default=50.0, help="of the rates of all calls")
    return parser.parse_args()


def measured(pattern: str, sets: Sequence[str], percentile: float) -> dict[tuple[str, str], Rates]:
    """Rates of each kernel and unit by instruction set."""
    command = ["swift", "package", "--package-path", str(PACKAGE), "benchmark", "--no-progress", "--quiet"]
    command += ["--filter", f"(limit of .*|{pattern}), [a-z]+, ({'|'.join(sets)})"]
    command += ["--format", "jmh", "--path", "stdout"]
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    start = result.stdout.find("[{")
    if result.returncode or start < 0:
        sys.exit("the benchmarks failed")
    kernels: dict[tuple[str, str], Rates] = {}
    for entry in json.JSONDecoder().raw_decode(result.stdout, start)[0]:
        name = entry["benchmark"].removeprefix("package.benchmark.KernelBenchmarks.").replace("_", " ")
        kernel, unit, isa = re.fullmatch(r"(.*), (\w+), (\w+)", name).groups()
        rates = entry["secondaryMetrics"]["millions per second"]["scorePercentiles"]
        kernels.setdefault((kernel, unit), {})[isa] = rates[str(percentile)] / 1000
    return kernels


def limit(kernels: dict[tuple[str, str], Rates], kernel: str, unit: str) -> Rates:
    """What bounds a kernel, by instruction set; nothing for those that one thread runs."""
    if kernel.startswith("limit"):
        return {}
    is_integer = kernel.startswith("MatMulNBits") and "by floats" not in kernel
    name = "limit of int8" if is_integer and unit == "operations" else LIMITS.get(unit)
    return kernels.get((name, unit), {})


def main() -> None:
    options = arguments()
    kernels = measured(options.filter, options.sets, options.percentile)
    print("| kernel | 10⁹/s of |", " | ".join(SETS), "| avx512 / avx2 | of the limit, avx512 | avx2 |")
    print("|", " | ".join(["---"] * (5 + len(SETS))), "|")
    for (kernel, unit), rates in sorted(kernels.items()):
        bounds = limit(kernels, kernel, unit)
        cells = [kernel, unit, *(f"{rates[isa]:.4g}" if isa in rates else "" for isa in SETS)]
        both = "avx512" in rates and "avx2" in rates
        cells.append(f"{rates['avx512'] / rates['avx2']:.2f}" if both else "")
        for isa in ("avx512", "avx2"):
            is_bound = isa in rates and isa in bounds
            cells.append(f"{100 * rates[isa] / bounds[isa]:.0f} %" if is_bound else "")
        print("|", " | ".join(cells), "|")


if __name__ == "__main__":
    main()
