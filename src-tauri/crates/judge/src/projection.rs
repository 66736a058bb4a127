//! The point on the border of a null hypothesis that is nearest to an alternative.

use crate::bet::Null;

/// Stable's coordinate of the point on the border that is nearest to the alternative.
pub(crate) fn project(null: Null, (stable, canary): (f64, f64), n_stable: f64, n_canary: f64) -> Option<f64> {
    if null == Null::NO_WORSE {
        let pooled = (n_stable * stable + n_canary * canary) / (n_stable + n_canary);
        return (pooled > 0.0 && pooled < 1.0).then_some(pooled);
    }
    const EDGE: f64 = 1e-9;
    let lowest = EDGE.max((EDGE - null.offset) / null.slope);
    let highest = (1.0 - EDGE).min((1.0 - EDGE - null.offset) / null.slope);
    if lowest >= highest {
        return None;
    }
    let here = stable.clamp(lowest, highest);
    let there = ((canary - null.offset) / null.slope).clamp(lowest, highest);
    let (mut low, mut high) = (here.min(there), here.max(there));
    let precision = 1e-7 * (high - low);
    // A first guess as if both arms had the same variance.
    let mut m = (n_stable * here + null.slope * null.slope * n_canary * there)
        / (n_stable + null.slope * null.slope * n_canary);
    // The derivative of the divergence rises from the one to the other: Newton's steps, and halves where one would leave
    // the interval or hardly narrow it.
    for _ in 0..32 {
        let m_canary = null.canary(m);
        let (variance, variance_canary) = (m * (1.0 - m), m_canary * (1.0 - m_canary));
        let (pull, pull_canary) = (
            n_stable * (m - stable) / variance,
            null.slope * n_canary * (m_canary - canary) / variance_canary,
        );
        let derivative = pull + pull_canary;
        if derivative > 0.0 {
            high = m
        } else {
            low = m
        }
        let slope = (n_stable - pull * (1.0 - 2.0 * m)) / variance
            + null.slope * (null.slope * n_canary - pull_canary * (1.0 - 2.0 * m_canary)) / variance_canary;
        let newton = m - derivative / slope;
        let next = if newton > low && newton < high {
            newton
        } else {
            0.5 * (low + high)
        };
        let step = (next - m).abs();
        m = next;
        if step <= precision {
            break;
        }
    }
    Some(m)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_projection_is_where_halving_a_hundred_times_finds_it() {
        let at = |index: usize, values: &[f64]| values[index % values.len()];
        for index in 0..20_000 {
            let null = Null {
                offset: at(index, &[-0.3, -0.01, 0.0005, 0.0, 0.005, 0.1, 0.5]),
                slope: at(index / 7, &[1.0, 1.1, 3.0]),
            };
            let stable = at(index / 21, &[1e-6, 0.0005, 0.01, 0.2, 0.5, 0.95, 0.9999]);
            let canary = at(index / 147, &[1e-6, 0.001, 0.02, 0.3, 0.6, 0.999]);
            let (n_stable, n_canary) = sizes(index / 882);
            let Some(found) = project(null, (stable, canary), n_stable, n_canary) else {
                continue;
            };
            let derivative = |m: f64| {
                let there = null.canary(m);
                n_stable * (m - stable) / (m * (1.0 - m))
                    + null.slope * n_canary * (there - canary) / (there * (1.0 - there))
            };
            let lowest = 1e-9_f64.max((1e-9 - null.offset) / null.slope);
            let highest = (1.0 - 1e-9_f64).min((1.0 - 1e-9 - null.offset) / null.slope);
            let here = stable.clamp(lowest, highest);
            let there = ((canary - null.offset) / null.slope).clamp(lowest, highest);
            let (mut low, mut high) = (here.min(there), here.max(there));
            for _ in 0..100 {
                let m = 0.5 * (low + high);
                if derivative(m) > 0.0 { high = m } else { low = m }
            }
            let width = (here - there).abs();
            assert!(
                (found - low).abs() <= 1e-6 * width + 1e-12,
                "{null:?} {stable} {canary} {n_stable} {n_canary}: {found}, not {low}"
            );
        }
    }

    fn sizes(index: usize) -> (f64, f64) {
        [(900.0, 100.0), (10.0, 5000.0), (99.0, 1.0), (50.0, 50.0)][index % 4]
    }
}
