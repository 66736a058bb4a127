"""Writes mann_whitney.json beside this file: Mann-Whitney tests worked out independently, with scipy's ranks and tests.

    python3 -m venv /tmp/references && /tmp/references/bin/pip install scipy && /tmp/references/bin/python mann_whitney.py

The p-value is scipy's own. The interval and the estimate are found by trying every shift between two neighbouring pairwise
differences, where the statistic is constant, as R's wilcox.test(exact = FALSE, conf.int = TRUE) defines them.
"""

import json
import pathlib

import numpy as np
import scipy
from scipy import stats


def statistic(stable, canary, shift):
    """The standardized statistic with corrections for ties and continuity."""
    n, m = len(canary), len(stable)
    both = np.concatenate([np.asarray(canary) - shift, stable])
    ranks = stats.rankdata(both)
    excess = ranks[:n].sum() - n * (n + 1) / 2 - n * m / 2
    deviation = np.sqrt(n * m * (n + m + 1) / 12 * stats.tiecorrect(ranks))
    return (excess - 0.5 * np.sign(excess)) / deviation


def crossing(stable, canary, level):
    steps = np.unique(np.subtract.outer(canary, stable))
    between = np.concatenate([[steps[0] - 1], (steps[1:] + steps[:-1]) / 2, [steps[-1] + 1]])
    if statistic(stable, canary, steps[0]) <= level:
        return steps[0]
    if statistic(stable, canary, steps[-1]) >= level:
        return steps[-1]
    values = [statistic(stable, canary, shift) for shift in between]
    begins = steps[next(index for index, value in enumerate(values) if value <= level) - 1]
    ends = steps[next(index for index, value in enumerate(values) if value < level) - 1]
    return (begins + ends) / 2


def case(name, stable, canary, confidence=0.98):
    test = stats.mannwhitneyu(canary, stable, alternative="two-sided", method="asymptotic", use_continuity=True)
    z = stats.norm.isf((1 - confidence) / 2)
    return {
        "name": name,
        "confidence": confidence,
        "stable": list(map(float, stable)),
        "canary": list(map(float, canary)),
        "p": float(test.pvalue),
        "cles": float(test.statistic / (len(stable) * len(canary))),
        "estimate": float(crossing(stable, canary, 0.0)),
        "low": float(crossing(stable, canary, z)),
        "high": float(crossing(stable, canary, -z)),
    }


def main():
    rng = np.random.default_rng(7)
    table = {"scipy": scipy.__version__, "cases": []}
    add = table["cases"].append
    add(case("no overlap", [1.0, 2.0, 3.0, 4.0, 5.0, 6.5], [11.0, 12.5, 13.0, 14.0, 15.0, 17.0]))
    add(case("few values", [0.8, 1.1, 1.3], [0.9, 1.6]))
    add(case("no change", rng.lognormal(-2.5, 0.3, 41).round(6), rng.lognormal(-2.5, 0.3, 37).round(6)))
    add(case("shifted", rng.lognormal(-2.5, 0.3, 60).round(6), (1.3 * rng.lognormal(-2.5, 0.3, 61)).round(6)))
    add(case("lower", rng.normal(50, 5, 30).round(6), rng.normal(42, 5, 35).round(6), 0.95))
    add(case("ties", rng.integers(0, 6, 43), rng.integers(1, 8, 38), 0.95))
    add(case("mostly zero", rng.poisson(0.2, 80), rng.poisson(1.2, 71)))
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    main()
