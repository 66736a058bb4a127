//! Bets on ranks whose scores come from the look itself.

/// A bet on ranks for a look before which nothing is known: conditional on what both arms showed together, as
/// [`crate::bet::conditional`] is. If the arms are equal, the canary's requests are drawn from all of the look's without replacement. The
/// moment generating function of their scores is then at most that of drawing with replacement (Hoeffding, 1963), which is
/// what is paid here. Bets on a canary whose mean score is `rise` above stable's. `scores` may come from this very look's
/// sum of both arms, since they are fixed given it.
pub(crate) fn conditional(rise: f64, scores: &[f64], stable: &[f64], canary: &[f64]) -> f64 {
    let size = |counts: &[f64]| counts.iter().sum::<f64>();
    let (n_stable, n_canary) = (size(stable), size(canary));
    let all = n_stable + n_canary;
    if n_stable <= 0.0 || n_canary <= 0.0 {
        return 0.0;
    }
    let parts: Vec<f64> = stable.iter().zip(canary).map(|(s, c)| (s + c) / all).collect();
    let over = |of: &dyn Fn(f64) -> f64| -> f64 {
        scores
            .iter()
            .zip(&parts)
            .map(|(score, part)| part * of(*score))
            .sum()
    };
    let centre = over(&|score| score);
    let variance = over(&|score| (score - centre).powi(2));
    if variance <= 1e-12 {
        return 0.0;
    }
    let c = rise * n_stable / all / variance;
    let won: f64 = scores
        .iter()
        .zip(canary)
        .map(|(score, n)| n * c * (score - centre))
        .sum();
    won - n_canary * over(&|score| (c * (score - centre)).exp()).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bet_on_ranks_that_knows_nothing_beforehand_is_not_expected_to_win_either() {
        // Five requests of the canary and fifteen of stable fall into three buckets.
        let law = [0.5_f64, 0.3, 0.2];
        let outcomes = |n: usize| {
            (0..=n).flat_map(move |a| (0..=n - a).map(move |b| [a as f64, b as f64, (n - a - b) as f64]))
        };
        let factorial = |n: f64| (1..=n as u32).map(f64::from).product::<f64>();
        let probability = |counts: &[f64; 3]| {
            let n: f64 = counts.iter().sum();
            let ways = factorial(n) / counts.iter().map(|k| factorial(*k)).product::<f64>();
            ways * counts.iter().zip(law).map(|(k, p)| p.powf(*k)).product::<f64>()
        };
        for rise in [0.03, 0.12, 0.3, -0.2] {
            let mut expectation = 0.0;
            for stable in outcomes(15) {
                for canary in outcomes(5) {
                    let mut below = 0.0;
                    let ranks: Vec<f64> = (0..3)
                        .map(|k| {
                            let here = stable[k] + canary[k];
                            let rank = (below + 0.5 * here) / 20.0;
                            below += here;
                            rank
                        })
                        .collect();
                    let log = conditional(rise, &ranks, &stable, &canary);
                    expectation += probability(&stable) * probability(&canary) * log.exp();
                }
            }
            assert!(expectation <= 1.0 + 1e-9, "{rise}: {expectation}");
            assert!(expectation > 0.5, "{rise}: {expectation}");
        }
    }
}
