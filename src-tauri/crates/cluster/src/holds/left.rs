//! What a release's own acts left on the object, for telling it from what others did where the marks say nothing of it.

use super::next::Situation;
use super::originals::{
    DEADLINE, HOLD_DEADLINE_SECONDS, HOLD_MIN_READY_SECONDS, MAX_SURGE, MAX_UNAVAILABLE, MIN_READY, Originals,
};
use super::patch::{TEMPLATE, changed, tested_revision, written};
use crate::field::{number, revision};
use conductor::{PreparedAct, Trail};
use serde_json::Value;

impl Situation<'_> {
    /// Whether the controller has counted another template since the last accepted operation: marks and template that look as
    /// that one left them were put back by somebody (`rollout undo`, twice).
    pub fn template_was_set_anew(&self) -> bool {
        let left = revision_left(&self.pursuit.trail).filter(|_| self.rules.checks_template);
        let last = self.pursuit.last_operation.as_ref();
        revision(self.live.object) > left
            && left.is_some()
            && self.live.operation == last.map(|last| last.0.as_str())
    }

    /// Whether the release's mark on the object is that of a later driver than of this one's last accepted act.
    pub fn is_marked_by_a_later_driver_than_the_last_act(&self) -> bool {
        let last = self.pursuit.trail.last_operation();
        let last = last.and_then(|operation| operation.epoch_in(&self.pursuit.release));
        self.own_marker()
            .is_some_and(|marker| last.is_some_and(|last| marker.epoch > last))
    }

    /// Whether the deadline is still the hold's, though the marks are gone: `rollout undo` of an undone version wipes them and
    /// nothing else.
    pub fn hold_left_its_deadline(&self, originals: &Originals) -> bool {
        let deadline = number(self.live.object, DEADLINE);
        self.pursuit.last_operation.is_some()
            && deadline == HOLD_DEADLINE_SECONDS
            && originals.progress_deadline_seconds != Some(deadline.into())
    }

    /// Whether the workload stands in a hold that is not this release's: its own acts took theirs off and set none since.
    pub fn another_holds(&self) -> bool {
        let trail = &self.pursuit.trail;
        let made = |act| changed(act, MIN_READY);
        let holds = |value: Option<&Value>| value.and_then(Value::as_i64) == Some(HOLD_MIN_READY_SECONDS);
        self.live.held()
            && !trail.perhaps().filter_map(made).any(holds)
            && trail.acts().find_map(made).is_some_and(|value| !holds(value))
    }

    /// Whether the strategy is another one than the workload's own.
    pub fn strategy_differs(&self, originals: &Originals) -> bool {
        let now = Originals::of(self.live.object);
        now.max_surge != originals.max_surge || now.max_unavailable != originals.max_unavailable
    }

    /// Whether the strategy is still what an act of this release made it, though the marks are gone: `rollout undo` takes them with
    /// it and leaves the strategy.
    pub fn left_its_strategy(&self, originals: &Originals) -> bool {
        let trail = &self.pursuit.trail;
        let is_own = |path: &str, now: &Option<Value>, was: &Option<Value>| {
            let wrote = |act| written(act, path);
            let perhaps = trail
                .perhaps()
                .filter_map(wrote)
                .any(|wrote| Some(wrote) == now.as_ref());
            // An act that took the marks off left the original, whether it had to write it or not.
            let mut since = trail.acts_since_restored();
            perhaps || since.find_map(wrote).or(was.as_ref()) == now.as_ref()
        };
        let now = Originals::of(self.live.object);
        self.strategy_differs(originals)
            && is_own(MAX_SURGE, &now.max_surge, &originals.max_surge)
            && is_own(MAX_UNAVAILABLE, &now.max_unavailable, &originals.max_unavailable)
    }
}

/// The revision that the controller gives to the template that the last accepted act left: one more than to the one before, also
/// where it was there earlier. A higher one on the object says that somebody has set a template since. `None` where it is not known.
pub(crate) fn revision_left(trail: &Trail) -> Option<i64> {
    let sets = |act: &PreparedAct| written(act, TEMPLATE).is_some();
    if trail.perhaps().any(sets) {
        return None;
    }
    for act in trail.acts() {
        let tested = tested_revision(act);
        if tested.is_some() || sets(act) {
            return tested.map(|tested| tested + i64::from(sets(act)));
        }
    }
    None
}
