"""Writes bets.json beside this file: factors of bets worked out independently, with scipy's distributions and optimizer.

    python3 -m venv /tmp/references && /tmp/references/bin/pip install scipy && /tmp/references/bin/python bets.py
"""

import json
import pathlib

import numpy as np
import scipy
from scipy import optimize, stats


def conditional(ratio, null_ratio, canary, events, share):
    odds = share / (1 - share)

    def law(r):
        return stats.binom(events, odds * r / (1 + odds * r))

    return law(ratio).logpmf(canary) - law(null_ratio).logpmf(canary)


def proportions(offset, slope, alternative, stable, canary):
    """Likelihood ratio of the alternative and its projection onto canary = offset + slope * stable."""
    theta_stable, theta_canary = alternative

    def kl(p, q):
        return p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))

    low = max(1e-9, (1e-9 - offset) / slope)
    high = min(1 - 1e-9, (1 - 1e-9 - offset) / slope)

    def divergence(m):
        return stable[0] * kl(theta_stable, m) + canary[0] * kl(theta_canary, offset + slope * m)

    m = optimize.minimize_scalar(divergence, bounds=(low, high), method="bounded", options={"xatol": 1e-13}).x

    def log_likelihood(p_stable, p_canary):
        return stats.binom(stable[0], p_stable).logpmf(stable[1]) + stats.binom(canary[0], p_canary).logpmf(canary[1])

    return log_likelihood(theta_stable, theta_canary) - log_likelihood(m, offset + slope * m)


def rates(offset, slope, alternative, stable, canary):
    """The same for Poisson counts (events, exposure)."""

    def divergence(m):
        n = offset + slope * m
        a, b = alternative
        return stable[1] * (a * np.log(a / m) - a + m) + canary[1] * (b * np.log(b / n) - b + n)

    low = max(1e-12, (1e-12 - offset) / slope)
    m = optimize.minimize_scalar(divergence, bounds=(low, 10 * max(alternative)), method="bounded", options={"xatol": 1e-14}).x

    def log_likelihood(a, b):
        return stats.poisson(stable[1] * a).logpmf(stable[0]) + stats.poisson(canary[1] * b).logpmf(canary[0])

    return log_likelihood(*alternative) - log_likelihood(m, offset + slope * m)


def hypergeometric_expectation(ratio, bad, stable, canary):
    """Expectation of the conditional bet under its true law if the arms are equal: at most 1."""
    law = stats.hypergeom(stable + canary, bad, canary)
    share = canary / (stable + canary)
    return sum(law.pmf(k) * np.exp(conditional(ratio, 1.0, k, bad, share)) for k in range(bad + 1))


def main():
    table = {"scipy": scipy.__version__, "conditional": [], "proportions": [], "rates": [], "hypergeometric": []}
    for ratio, null, canary, events, share in [
        (2, 1, 3, 10, 0.1),
        (10, 1, 5, 6, 0.1),
        (50, 1, 0, 4, 0.05),
        (4, 1, 40, 200, 0.25),
        (1, 1.5, 8, 90, 0.1),
        (0.5, 2, 1, 30, 0.3),
    ]:
        log = conditional(ratio, null, canary, events, share)
        table["conditional"].append(
            {"ratio": ratio, "null": null, "canary": canary, "events": events, "share": share, "log": log}
        )
    for offset, slope, towards, alternative, stable, canary in [
        (0, 1, 1, (0.005, 0.01), (900, 4), (100, 2)),
        (0, 1, 1, (0.001, 0.05), (900, 1), (100, 5)),
        (0, 1, 1, (0.3, 0.35), (500, 160), (500, 170)),
        (0.005, 1, -1, (0.001, 0.001), (900, 1), (100, 0)),
        (0.005, 1, -1, (0.01, 0.0125), (900, 9), (100, 1)),
        (0.01, 1, 1, (0.02, 0.06), (400, 8), (400, 20)),
        (0, 1.2, -1, (0.1, 0.1), (900, 95), (100, 9)),
        (0, 1.1, -1, (0.05, 0.05), (50, 3), (450, 20)),
        (-0.02, 1, -1, (0.05, 0.01), (300, 15), (300, 4)),
    ]:
        log = proportions(offset, slope, alternative, stable, canary)
        table["proportions"].append(
            {
                "offset": offset,
                "slope": slope,
                "towards": towards,
                "alternative": alternative,
                "stable": stable,
                "canary": canary,
                "log": log,
            }
        )
    for offset, slope, towards, alternative, stable, canary in [
        (0, 1, 1, (0.02, 0.08), (12, 600.0), (6, 100.0)),
        (0.01, 1, -1, (0.005, 0.005), (3, 600.0), (0, 100.0)),
        (0, 1.5, -1, (0.1, 0.1), (60, 600.0), (9, 100.0)),
        (0, 1.5, -1, (2.0, 2.5), (1200, 600.0), (240, 100.0)),
    ]:
        log = rates(offset, slope, alternative, stable, canary)
        table["rates"].append(
            {
                "offset": offset,
                "slope": slope,
                "towards": towards,
                "alternative": alternative,
                "stable": stable,
                "canary": canary,
                "log": log,
            }
        )
    for ratio, bad, stable, canary in [(2, 5, 90, 10), (10, 20, 60, 40), (4, 50, 50, 50), (50, 3, 950, 50)]:
        value = hypergeometric_expectation(ratio, bad, stable, canary)
        table["hypergeometric"].append(
            {"ratio": ratio, "bad": bad, "stable": stable, "canary": canary, "expectation": value}
        )
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    main()
