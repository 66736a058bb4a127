//! The usual peer: a one-sided Mann–Whitney test of what each scrape showed, made again at every look.

/// z of "canary larger than stable", normal approximation with correction for ties and continuity.
pub fn z(stable: &[f64], canary: &[f64]) -> f64 {
    let mut all: Vec<(f64, bool)> = stable
        .iter()
        .map(|v| (*v, false))
        .chain(canary.iter().map(|v| (*v, true)))
        .collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (n_stable, n_canary) = (stable.len() as f64, canary.len() as f64);
    let n = n_stable + n_canary;
    let (mut ranks, mut ties, mut at) = (0.0, 0.0, 0);
    while at < all.len() {
        let end = at + all[at..].iter().take_while(|(v, _)| *v == all[at].0).count();
        let tied = (end - at) as f64;
        let rank = (at + 1 + end) as f64 / 2.0;
        ranks += rank * all[at..end].iter().filter(|(_, canary)| *canary).count() as f64;
        ties += tied.powi(3) - tied;
        at = end;
    }
    let u = ranks - n_canary * (n_canary + 1.0) / 2.0;
    let variance = n_stable * n_canary / 12.0 * (n + 1.0 - ties / (n * (n - 1.0)).max(1.0));
    if variance <= 0.0 {
        0.0
    } else {
        (u - n_stable * n_canary / 2.0 - 0.5) / variance.sqrt()
    }
}

/// One-sided 1 %.
pub const CRITICAL: f64 = 2.326;

#[cfg(test)]
mod tests {
    #[test]
    fn agrees_with_scipy() {
        // scipy.stats.mannwhitneyu(canary, stable, alternative="greater", method="asymptotic").pvalue = 0.0172268…
        let z = super::z(&[1.0, 2.0, 2.0, 3.0, 4.0], &[3.0, 4.0, 5.0, 5.0, 6.0]);
        assert!((z - 2.1147).abs() < 1e-3, "{z}");
    }
}
