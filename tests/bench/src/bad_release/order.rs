//! What a run of the bench is asked for. Pure.

use super::argo::Setting;
use super::place::Contestant;
use super::version::Version;
use std::time::Duration;

/// How many releases of each contestant stand side by side: with more of them two cores are too busy for the traffic, which
/// then is lost.
const SIDE_BY_SIDE: usize = 2;

/// What to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// Releases of each bad version by each contestant, with each interval of scrapes.
    pub runs: usize,
    /// Healthy releases of each contestant, over all intervals.
    pub healthy: usize,
    /// After this time a version counts as never stopped.
    pub limit: Duration,
    /// What is released.
    pub versions: Vec<Version>,
    /// Between two scrapes.
    pub scrapes: Vec<Duration>,
    /// Whether Argo by its page's numbers is there too.
    pub page: bool,
    /// Whether the figures go into the page.
    pub write: bool,
    /// Whether the page is only drawn from the figures that it has.
    pub draw: bool,
    /// Whether rounds that a run before has left are measured again.
    pub anew: bool,
    /// Whether releases of the page count: only as many are made as are missing.
    pub more: bool,
}

impl Order {
    /// From the program's arguments.
    ///
    /// # Errors
    /// The argument that means nothing.
    pub fn read(arguments: impl Iterator<Item = String>) -> Result<Order, String> {
        let mut order = Order {
            runs: 5,
            healthy: 20,
            limit: Duration::from_secs(180),
            versions: Vec::new(),
            scrapes: Vec::new(),
            page: true,
            write: false,
            draw: false,
            anew: false,
            more: false,
        };
        let mut numbers = Vec::new();
        for argument in arguments {
            let seconds = argument.strip_suffix('s').and_then(|text| text.parse().ok());
            let version = Version::all().find(|of| of.name() == argument);
            match (argument.parse::<u64>(), seconds, version, argument.as_str()) {
                (Ok(number), ..) => numbers.push(number),
                (_, Some(seconds), ..) => order.scrapes.push(Duration::from_secs(seconds)),
                (_, _, Some(version), _) => order.versions.push(version),
                (.., "without-page") => order.page = false,
                (.., "write") => order.write = true,
                (.., "draw") => order.draw = true,
                (.., "anew") => order.anew = true,
                (.., "more") => order.more = true,
                _ => return Err(argument),
            }
        }
        let mut numbers = numbers.into_iter();
        let mut count = |otherwise: usize| {
            numbers
                .next()
                .and_then(|n| n.try_into().ok())
                .unwrap_or(otherwise)
        };
        order.runs = count(order.runs);
        order.healthy = count(order.healthy);
        order.limit = Duration::from_secs(count(180) as u64);
        if order.versions.is_empty() {
            order.versions = Version::all().collect();
        }
        if order.scrapes.is_empty() {
            order.scrapes = vec![Duration::from_secs(1), Duration::from_secs(5)];
        }
        Ok(order)
    }

    /// Who releases at the same time, round after round. Argo by its page's numbers is there once: its first measurements are five
    /// minutes apart, so within the limit it can do nothing, and healthy releases are over before it could. `made`: releases of each
    /// contestant that are there already.
    pub fn rounds(&self, version: Version, made: usize) -> Vec<Vec<Contestant>> {
        let is_healthy = version == Version::Healthy;
        let mut left = if is_healthy {
            // A part of them with each interval.
            self.healthy.div_ceil(self.scrapes.len())
        } else {
            self.runs
        }
        .saturating_sub(made);
        let mut rounds = Vec::new();
        while left > 0 {
            let now = left.min(SIDE_BY_SIDE);
            let mut round: Vec<Contestant> = Contestant::ALL
                .iter()
                .filter(|of| **of != Contestant::Argo(Setting::Page))
                .flat_map(|of| std::iter::repeat_n(*of, now))
                .collect();
            if rounds.is_empty() && made == 0 && self.page && !is_healthy {
                round.push(Contestant::Argo(Setting::Page));
            }
            rounds.push(round);
            left -= now;
        }
        rounds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(text: &str) -> Result<Order, String> {
        Order::read(text.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn a_run_is_told_by_numbers_versions_and_intervals_in_any_order() {
        let read = order("fails-5 3 write 0 1s 90 healthy without-page more").unwrap();
        assert_eq!((read.runs, read.healthy, read.limit.as_secs()), (3, 0, 90));
        assert_eq!(read.versions, [Version::Fails(5), Version::Healthy]);
        assert_eq!(read.scrapes, [Duration::from_secs(1)]);
        assert!(read.write && read.more && !read.page && !read.anew && !read.draw);
        let usual = order("").unwrap();
        assert_eq!((usual.runs, usual.healthy, usual.limit.as_secs()), (5, 20, 180));
        assert_eq!((usual.versions.len(), usual.scrapes.len()), (5, 2));
        assert_eq!(order("5 fails-7"), Err("fails-7".to_owned()));
    }

    #[test]
    fn few_stand_side_by_side_and_the_pages_numbers_are_there_once() {
        let order = order("5 6").unwrap();
        let count = |round: &[Contestant], of: Contestant| round.iter().filter(|one| **one == of).count();
        let rounds = order.rounds(Version::Fails(5), 0);
        let of = |who: Contestant| rounds.iter().map(|round| count(round, who)).collect::<Vec<_>>();
        assert_eq!(of(Contestant::Slipway), [2, 2, 1]);
        assert_eq!(of(Contestant::Argo(Setting::Tuned)), [2, 2, 1]);
        assert_eq!(of(Contestant::Argo(Setting::Page)), [1, 0, 0]);
        // Half of six with each of two intervals.
        let healthy = order.rounds(Version::Healthy, 0);
        assert_eq!(healthy.iter().map(Vec::len).collect::<Vec<_>>(), [6, 3]);
        // Three of the five are there.
        let missing = order.rounds(Version::Fails(5), 3);
        assert_eq!(missing.iter().map(Vec::len).collect::<Vec<_>>(), [6]);
        assert!(order.rounds(Version::Fails(5), 7).is_empty());
    }
}
