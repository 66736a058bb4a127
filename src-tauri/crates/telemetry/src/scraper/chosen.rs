//! Whose pages are read.

use super::target::PodTarget;
use crate::pod_pages::MOST_PODS;
use promql_parser::label::Matcher;
use std::collections::{BTreeMap, BTreeSet};

/// The pods of one namespace that somebody asks about.
#[derive(Default)]
pub(super) struct Chosen {
    groups: Vec<Group>,
    /// The pods that were read last.
    pods: BTreeSet<String>,
}

/// Pods that are asked about together.
struct Group {
    matchers: Vec<Matcher>,
    asked_ms: i64,
    /// Whether there was a round since they were asked about first.
    is_read: bool,
}

impl Chosen {
    /// Notes that somebody asks about these pods.
    pub(super) fn ask(&mut self, matchers: &[Matcher], now_ms: i64) {
        match self.groups.iter_mut().find(|group| group.matchers == matchers) {
            Some(group) => group.asked_ms = now_ms,
            None => self.groups.push(Group {
                matchers: matchers.to_vec(),
                asked_ms: now_ms,
                is_read: false,
            }),
        }
    }

    /// Whether there was no round yet in which these pods could have been read.
    pub(super) fn are_new(&self, matchers: &[Matcher]) -> bool {
        let mut of = self.groups.iter().filter(|group| group.matchers == matchers);
        of.any(|group| !group.is_read)
    }

    /// There was a round.
    pub(super) fn are_read(&mut self) {
        self.groups.iter_mut().for_each(|group| group.is_read = true);
    }

    /// Forgets the pods that nobody has asked about since.
    pub(super) fn forget_before(&mut self, since_ms: i64) {
        self.groups.retain(|group| group.asked_ms >= since_ms);
    }

    /// Whether nobody asks about any.
    pub(super) fn are_none(&self) -> bool {
        self.groups.is_empty()
    }

    /// The pods to read: those that were, as long as they are there, and others up to the limit of each version.
    pub(super) fn choose(&mut self, targets: Vec<PodTarget>) -> Vec<PodTarget> {
        let mut asked: Vec<PodTarget> = targets
            .into_iter()
            .filter(|target| self.groups.iter().any(|group| group.has(&target.pod)))
            .collect();
        asked.sort_by_key(|target| !self.pods.contains(&target.pod));
        let mut of_version: BTreeMap<String, usize> = BTreeMap::new();
        asked.retain(|target| {
            let count = of_version.entry(target.template_hash.clone()).or_default();
            *count += 1;
            *count <= MOST_PODS
        });
        self.pods = asked.iter().map(|target| target.pod.clone()).collect();
        asked
    }
}

impl Group {
    fn has(&self, pod: &str) -> bool {
        self.matchers.iter().all(|matcher| matcher.is_match(pod))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use promql_parser::label::MatchOp;

    fn target(pod: &str, hash: &str) -> PodTarget {
        PodTarget {
            pod: pod.into(),
            template_hash: hash.into(),
            address: "10.0.0.1".into(),
            port: 9102,
            path: "/metrics".into(),
        }
    }

    fn of(pod: &str) -> Vec<Matcher> {
        vec![Matcher::new(MatchOp::Equal, "pod", pod)]
    }

    #[test]
    fn ten_of_each_version_are_read_and_stay_the_same_ones() {
        let mut chosen = Chosen::default();
        chosen.ask(&[], 0);
        let pods = |from: usize| {
            (from..15)
                .map(|n| target(&format!("old-{n:02}"), "a"))
                .collect::<Vec<_>>()
        };
        let with_new = |mut pods: Vec<PodTarget>| {
            pods.push(target("new", "b"));
            pods
        };
        let names = |pods: Vec<PodTarget>| pods.into_iter().map(|of| of.pod).collect::<BTreeSet<_>>();
        assert_eq!(chosen.choose(pods(5)).len(), 10);
        let later = names(chosen.choose(with_new(pods(0))));
        assert_eq!(later.len(), 11);
        assert!(later.contains("new") && !later.contains("old-00") && later.contains("old-14"));
    }

    #[test]
    fn only_pods_are_read_that_somebody_asked_about_lately() {
        let mut chosen = Chosen::default();
        chosen.ask(&of("a"), 0);
        assert!(chosen.are_new(&of("a")) && !chosen.are_new(&of("b")));
        chosen.are_read();
        chosen.ask(&of("b"), 500);
        assert!(!chosen.are_new(&of("a")) && chosen.are_new(&of("b")));
        let all = || vec![target("a", "h"), target("b", "h"), target("c", "h")];
        assert_eq!(chosen.choose(all()).len(), 2);
        chosen.forget_before(400);
        assert_eq!(chosen.choose(all()), [target("b", "h")]);
        chosen.forget_before(501);
        assert!(chosen.are_none());
    }
}
