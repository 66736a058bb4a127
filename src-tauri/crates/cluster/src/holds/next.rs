use super::foreign;
use super::live::Live;
use super::marker::Marker;
use super::originals::{HOLD_MIN_READY_SECONDS, Originals};
use super::template::{hash_in, hash_of};
use super::{fence, promote, roll_back, walk};
use crate::field::{field, number};
use conductor::{Next, Observed, Pursuit, Waiting};
use release::Goal;

/// Rules of the walk that a test may break on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rules {
    /// Room is made only for pods that are Ready.
    pub wait_for_ready: bool,
    /// `maxUnavailable` starts from 0 and not from the workload's own value.
    pub own_unavailable: bool,
    /// Pods are added as if none of the new version stood in for missing old ones.
    pub whole_surge: bool,
    /// Nothing is sent once the object carries the mark of a later driver.
    pub check_epoch: bool,
    /// A driver that took over writes its mark on the object before anything else.
    pub fence: bool,
    /// Every act tests what it was built on.
    pub tests: bool,
    /// What is not signed any more is left alone.
    pub restores_once: bool,
    /// An operation of this release says nothing where the template is another one.
    pub checks_template: bool,
    /// A rollback takes a pause off.
    pub unpauses: bool,
    /// The share is that of the pods, and not what surge and unavailable should give.
    pub counts_pods: bool,
    /// A rollback replaces the whole template.
    pub replaces_template: bool,
}

impl Rules {
    pub const SOUND: Rules = Rules {
        wait_for_ready: true,
        own_unavailable: false,
        whole_surge: false,
        check_epoch: true,
        fence: true,
        tests: true,
        restores_once: true,
        checks_template: true,
        unpauses: true,
        counts_pods: true,
        replaces_template: true,
    };
}

/// A mistake planted on purpose, to see that the tests find it.
#[cfg(any(test, feature = "planted-mistakes"))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// Room is made before the new pods are Ready.
    RoomBeforeReady,
    /// The hold starts with the Deployment's own `maxUnavailable`.
    OwnMaxUnavailable,
    /// The next share's pods are all asked for as surge, while `maxUnavailable` stays as the share before left it.
    WholeShareAsSurge,
    /// The mark of a later driver on the object is not looked at.
    NoEpochCheck,
    /// A takeover writes nothing on the object, so that an act of the driver before is still accepted.
    NoFence,
    /// Acts test nothing.
    NoPrecondition,
    /// The original fields are put back also where they have been already.
    RestoredTwice,
    /// An operation of this release on the object is believed, whatever the template.
    StaleAnnotationBelieved,
    /// A rollback leaves the workload paused.
    PauseKept,
    /// What others did to the number of pods is not looked at.
    ScaleUnseen,
    /// The template is merged into the live one.
    MergePatch,
}

/// The next act towards the goal.
pub fn next(pursuit: &Pursuit, seen: &Observed) -> Next {
    decide(pursuit, seen, Rules::SOUND)
}

/// [`next`] with a mistake in it.
#[cfg(any(test, feature = "planted-mistakes"))]
pub fn next_with(pursuit: &Pursuit, seen: &Observed, mistake: Mistake) -> Next {
    let rules = match mistake {
        Mistake::RoomBeforeReady => Rules {
            wait_for_ready: false,
            ..Rules::SOUND
        },
        Mistake::OwnMaxUnavailable => Rules {
            own_unavailable: true,
            ..Rules::SOUND
        },
        Mistake::WholeShareAsSurge => Rules {
            whole_surge: true,
            ..Rules::SOUND
        },
        Mistake::NoEpochCheck => Rules {
            check_epoch: false,
            ..Rules::SOUND
        },
        Mistake::NoFence => Rules {
            fence: false,
            ..Rules::SOUND
        },
        Mistake::NoPrecondition => Rules {
            tests: false,
            ..Rules::SOUND
        },
        Mistake::RestoredTwice => Rules {
            restores_once: false,
            ..Rules::SOUND
        },
        Mistake::StaleAnnotationBelieved => Rules {
            checks_template: false,
            ..Rules::SOUND
        },
        Mistake::PauseKept => Rules {
            unpauses: false,
            ..Rules::SOUND
        },
        Mistake::ScaleUnseen => Rules {
            counts_pods: false,
            ..Rules::SOUND
        },
        Mistake::MergePatch => Rules {
            replaces_template: false,
            ..Rules::SOUND
        },
    };
    match decide(pursuit, seen, rules) {
        Next::Act(mut act) if !rules.tests => {
            if let Some(operations) = act.patch.as_array_mut() {
                operations.retain(|operation| operation["op"] != "test");
            }
            Next::Act(act)
        }
        next => next,
    }
}

fn decide(pursuit: &Pursuit, seen: &Observed, rules: Rules) -> Next {
    let situation = Situation::of(pursuit, seen, rules);
    if situation.live.uid != pursuit.uid {
        return Next::Gone;
    }
    if let Some(epoch) = situation.newer_epoch().filter(|_| rules.check_epoch) {
        return Next::Superseded { epoch };
    }
    match &pursuit.goal {
        Goal::Stay => fence::next(&situation),
        Goal::Share { share } => walk::towards(&situation, *share),
        Goal::Promoted => promote::next(&situation),
        Goal::RolledBack { .. } => roll_back::next(&situation),
    }
}

/// What was seen, seen from the release.
pub(crate) struct Situation<'a> {
    pub pursuit: &'a Pursuit,
    pub seen: &'a Observed,
    pub live: Live<'a>,
    pub rules: Rules,
    pub new_hash: &'a str,
    pub before_hash: &'a str,
}

impl<'a> Situation<'a> {
    pub fn of(pursuit: &'a Pursuit, seen: &'a Observed, rules: Rules) -> Situation<'a> {
        Situation {
            pursuit,
            seen,
            live: Live::read(&seen.object),
            rules,
            new_hash: hash_of(&pursuit.new_template),
            before_hash: hash_in(&pursuit.before),
        }
    }

    /// Whether the operation on the object is one of this release's, and the marker beside it says the same.
    pub fn is_ours(&self) -> bool {
        let known = self.live.operation.is_some_and(|operation| {
            let place = |name: &str| self.pursuit.own_operations.iter().position(|own| own.0 == name);
            match &self.pursuit.last_operation {
                Some(last) if last.0 == operation => true,
                // An act whose answer was lost may turn up; one from before the last accepted one was put back by somebody
                // (`rollout undo` restores all annotations of an older ReplicaSet).
                Some(last) => {
                    place(operation) > place(&last.0)
                        || !self.rules.checks_template && place(operation).is_some()
                }
                None => place(operation).is_some(),
            }
        });
        known
            && !self.template_was_set_anew()
            && self
                .live
                .marker
                .as_ref()
                .is_some_and(|marker| marker.belongs_to(self.pursuit))
    }

    /// The mark of this release on the object, whoever drove it then.
    pub fn own_marker(&self) -> Option<&Marker> {
        self.live
            .marker
            .as_ref()
            .filter(|marker| marker.release == self.pursuit.release.0 && marker.uid == self.pursuit.uid)
    }

    /// The fencing token of a later driver of this release, if one has acted.
    pub fn newer_epoch(&self) -> Option<u64> {
        self.own_marker()
            .map(|marker| marker.epoch)
            .filter(|epoch| *epoch > self.pursuit.epoch)
    }

    /// What somebody else did that forward movement depends on; `None` if nothing. For a release that has acted.
    pub fn foreign(&self) -> Option<String> {
        let live = &self.live;
        if !self.rules.checks_template && self.is_ours() {
            None
        } else if live.template_hash == self.new_hash {
            (!self.is_ours()).then(|| foreign::marks_changed(live))
        } else if live.template_hash == self.before_hash {
            Some(foreign::original_put_back(live))
        } else {
            Some(foreign::other_version(live))
        }
    }

    /// What forbids this release's first act; `None` if nothing.
    pub fn not_adoptable(&self) -> Option<String> {
        let live = &self.live;
        if live.recreate {
            Some(foreign::recreate())
        } else if live.held() {
            Some(foreign::other_release(live))
        } else if Originals::of(&self.pursuit.before).min_ready() == HOLD_MIN_READY_SECONDS {
            Some(foreign::prepared_in_a_hold())
        } else if live.template_hash != self.before_hash {
            Some(foreign::other_version(live))
        } else {
            None
        }
    }

    /// Whether the controller has seen the object as it is.
    pub fn controller_is_behind(&self) -> bool {
        self.seen.view.observed_generation < self.live.generation
    }

    /// Pods that the ReplicaSet of a template wants, has Ready and has Available.
    pub fn arm(&self, hash: &str) -> ArmCounts {
        self.seen
            .view
            .arms
            .iter()
            .filter(|arm| arm.version.template_hash == hash)
            .fold(ArmCounts::default(), |sum, arm| ArmCounts {
                wanted: sum.wanted + arm.wanted,
                pods: sum.pods + arm.pods,
                ready: sum.ready + arm.ready,
                available: sum.available + arm.available,
            })
    }

    /// The same for all other ReplicaSets.
    pub fn others(&self, hash: &str) -> ArmCounts {
        self.seen
            .view
            .arms
            .iter()
            .filter(|arm| arm.version.template_hash != hash)
            .fold(ArmCounts::default(), |sum, arm| ArmCounts {
                wanted: sum.wanted + arm.wanted,
                pods: sum.pods + arm.pods,
                ready: sum.ready + arm.ready,
                available: sum.available + arm.available,
            })
    }

    /// Waits until the ReplicaSet of a template has everything and nothing else has pods. `None` when that is so.
    pub fn until_everything_is(&self, hash: &str, must_be_available: bool) -> Option<Waiting> {
        if self.controller_is_behind() {
            return Some(Waiting::Controller);
        }
        let wanted = self.live.replicas;
        let arm = self.arm(hash);
        let serving = if must_be_available {
            arm.ready.min(arm.available)
        } else {
            arm.ready
        };
        if serving < wanted {
            return Some(Waiting::PodsReady {
                ready: serving,
                wanted,
            });
        }
        let left = self.others(hash).pods + arm.pods.saturating_sub(wanted);
        if left > 0 {
            return Some(Waiting::PodsGone { left });
        }
        (!self.controller_counts(wanted)).then_some(Waiting::Controller)
    }

    /// Whether the controller counts that many pods too, all of them of the template. ReplicaSets and pods are watched apart from
    /// the Deployment: a watch that is behind shows them as they were before.
    fn controller_counts(&self, wanted: u32) -> bool {
        let object = self.live.object;
        let counts = |path| number(object, path) == i64::from(wanted);
        field(object, "/status/observedGeneration").is_none()
            || counts("/status/replicas") && counts("/status/updatedReplicas")
    }
}

/// Counts of one or several ReplicaSets.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ArmCounts {
    pub wanted: u32,
    pub pods: u32,
    pub ready: u32,
    pub available: u32,
}
