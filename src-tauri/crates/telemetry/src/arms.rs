use crate::answer::Series;
use crate::pod_labels::PodLabels;
use conductor::SignalScope;
use judge::Arm;

/// How the series of a query are told apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Telling {
    /// One query finds both arms; the labels tell them apart.
    ByLabels,
    /// Each arm is asked for by itself, with its own placeholders.
    ByQuery,
}

/// Both arms' part of something.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Both<T> {
    pub(crate) stable: T,
    pub(crate) canary: T,
}

impl<T> Both<T> {
    pub(crate) fn map<U>(&self, each: impl Fn(&T) -> U) -> Both<U> {
        Both {
            stable: each(&self.stable),
            canary: each(&self.canary),
        }
    }

    pub(crate) fn each(&mut self, change: impl Fn(&mut T)) {
        change(&mut self.stable);
        change(&mut self.canary);
    }

    pub(crate) fn of_mut(&mut self, arm: Arm) -> &mut T {
        match arm {
            Arm::Stable => &mut self.stable,
            Arm::Canary => &mut self.canary,
        }
    }
}

/// Template hashes of an arm.
pub(crate) fn hashes(scope: &SignalScope, arm: Arm) -> &[String] {
    match arm {
        Arm::Stable => &scope.stable,
        Arm::Canary => &scope.canary,
    }
}

/// Series by arm; those of no arm are left out.
pub(crate) fn split(series: Vec<Series>, labels: &PodLabels, scope: &SignalScope) -> Both<Vec<Series>> {
    let mut both: Both<Vec<Series>> = Both::default();
    for one in series {
        match labels.arm(&one.labels, scope) {
            Some(Arm::Stable) => both.stable.push(one),
            Some(Arm::Canary) => both.canary.push(one),
            None => {}
        }
    }
    both
}
