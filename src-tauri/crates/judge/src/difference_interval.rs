use crate::bet::{self, Null, Sample};
use crate::levels::Levels;
use crate::pace::Pace;
use crate::wealth::Wealth;

/// Differences that are tested, on both sides of 0.
const STEPS: [f64; 19] = [
    0.0005, 0.001, 0.002, 0.003, 0.004, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.075, 0.1, 0.15,
    0.2, 0.3, 0.5,
];

/// A confidence sequence for the difference of two proportions: the differences that no bet has rejected (Turner and
/// Grünwald, "Exact anytime-valid confidence intervals for contingency tables and beyond", 2023). It holds at all looks at
/// once, with the levels of the verdicts on its two sides. Ends lie on a grid and are rounded outwards. Where a verdict
/// excludes more than the grid does, its test takes that out too, and the two together are wrong at most twice as often.
#[derive(Debug, Clone)]
pub(crate) struct DifferenceInterval {
    points: Vec<Point>,
}

#[derive(Debug, Clone)]
struct Point {
    difference: f64,
    /// Against "at most this".
    at_most: Wealth,
    /// Against "at least this".
    at_least: Wealth,
}

impl DifferenceInterval {
    pub(crate) fn new(levels: Levels) -> Self {
        let differences = STEPS.iter().rev().map(|s| -s).chain([0.0]).chain(STEPS);
        let weights = [0.3, 0.7];
        let points = differences
            .map(|difference| Point {
                difference,
                at_most: Wealth::new(&weights, levels.degraded_cap()),
                at_least: Wealth::new(&weights, levels.healthy_cap()),
            })
            .collect();
        DifferenceInterval { points }
    }

    /// `estimate` are the proportions of stable and canary as known before the look.
    pub(crate) fn observe(
        &mut self,
        estimate: (f64, f64),
        stable: Sample,
        canary: Sample,
        overdispersion: f64,
        pace: Pace,
    ) {
        for point in &mut self.points {
            let null = Null {
                offset: point.difference,
                slope: 1.0,
            };
            let towards = if estimate.1 - estimate.0 > point.difference {
                1.0
            } else {
                -1.0
            };
            let log = bet::proportions(null, towards, estimate, stable, canary);
            let (winner, idle) = if towards > 0.0 {
                (&mut point.at_most, &mut point.at_least)
            } else {
                (&mut point.at_least, &mut point.at_most)
            };
            winner.bet(&[0.0, log], overdispersion, pace);
            idle.bet(&[0.0, 0.0], overdispersion, pace);
        }
    }

    pub(crate) fn bounds(&self, levels: Levels) -> (f64, f64) {
        let low = self
            .points
            .iter()
            .take_while(|point| point.at_most.log() >= levels.degraded)
            .last()
            .map_or(-1.0, |point| point.difference);
        let high = self
            .points
            .iter()
            .rev()
            .take_while(|point| point.at_least.log() >= levels.healthy)
            .last()
            .map_or(1.0, |point| point.difference);
        // Where the arms changed on the way nothing is left between the two: the newer fact is the lower end.
        if low < high { (low, high) } else { (low, 1.0) }
    }
}
