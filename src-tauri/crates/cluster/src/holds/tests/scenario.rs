use super::model::{Model, template};
use crate::holds::{self, Mistake};
use conductor::{ActKind, Intent, Next, OperationId, Pursuit, Trail};
use release::{Goal, ReleaseId, RollbackTarget, Share, Timestamp};

/// A release of checkout:2 on the model, driven as a conductor does.
pub struct Scenario {
    pub model: Model,
    pub pursuit: Pursuit,
    pub acts: Vec<ActKind>,
    /// What was seen to be wrong after any single step.
    pub violations: Vec<String>,
    pub mistake: Option<Mistake>,
    most_pods: u32,
    most_canary: u32,
    least_serving: u32,
    dice: u64,
}

pub fn share(percent: f64) -> Goal {
    Goal::Share {
        share: Share::from_percent(percent),
    }
}

pub fn back() -> Goal {
    Goal::RolledBack {
        target: RollbackTarget::Before,
    }
}

impl Scenario {
    pub fn new(replicas: u32, surge_limit: Share) -> Scenario {
        let model = Model::serving(replicas);
        let before = model.object.clone();
        Scenario {
            pursuit: Pursuit {
                release: ReleaseId("r1".into()),
                epoch: 1,
                uid: "u1".into(),
                goal: Goal::Stay,
                template: template("checkout:2").into(),
                new_template: template("checkout:2").into(),
                before: before.into(),
                surge_limit,
                accept_less_capacity: false,
                last_operation: None,
                own_operations: Vec::new(),
                on_its_way: false,
                operation: OperationId("r1.1.0".into()),
                insist: false,
                last_try: false,
                trail: Trail::default(),
            },
            acts: Vec::new(),
            violations: Vec::new(),
            mistake: None,
            most_pods: replicas + holds::surge_pods(surge_limit, replicas),
            most_canary: replicas,
            least_serving: replicas,
            dice: 88_172_645_463_325_252,
            model,
        }
    }

    pub fn seeded(mut self, seed: u64) -> Scenario {
        self.dice ^= seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self
    }

    /// A small xorshift generator: the order in which controller and pods move.
    fn roll(&mut self, sides: u64) -> u64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        self.dice % sides
    }

    pub fn next(&self) -> Next {
        let seen = self.model.observe();
        match self.mistake {
            Some(mistake) => holds::next_with(&self.pursuit, &seen, mistake),
            None => holds::next(&self.pursuit, &seen),
        }
    }

    pub fn aim(&mut self, goal: Goal) {
        self.pursuit.template = match goal {
            Goal::RolledBack { .. } => self.pursuit.before["spec"]["template"].clone().into(),
            _ => self.pursuit.new_template.clone(),
        };
        let replicas = self.model.replicas();
        let surge = holds::surge_pods(self.pursuit.surge_limit, replicas);
        match &goal {
            Goal::Share { share } => {
                self.most_canary =
                    holds::target_pods(*share, replicas, surge).map_or(replicas, |pods| pods.0);
            }
            Goal::RolledBack { .. } => self.most_pods = u32::MAX,
            _ => self.most_canary = replicas,
        }
        self.pursuit.goal = goal;
    }

    /// A person rolls back.
    pub fn click_back(&mut self) {
        self.aim(back());
        self.pursuit.insist = true;
    }

    pub fn send(&mut self, act: &conductor::PreparedAct) {
        self.model.patch(&act.patch).expect("the server accepts the act");
        self.acts.push(act.kind.clone());
        self.pursuit.trail.accepted(&Intent {
            at: Timestamp(0),
            act: act.clone(),
            previous: self.pursuit.last_operation.clone(),
            uid: self.pursuit.uid.clone(),
            epoch: self.pursuit.epoch,
        });
        self.pursuit.last_operation = Some(act.operation.clone());
        self.pursuit.own_operations.push(act.operation.clone());
        self.pursuit.operation = OperationId(format!("r1.1.{}", self.acts.len()));
        self.check();
    }

    /// Steps until the goal is reached or nothing moves any more; the answer that it ends with.
    pub fn run(&mut self) -> Next {
        let mut idle = 0;
        for _ in 0..10_000 {
            let moved = match self.roll(3) {
                0 => self.model.sync(),
                1 => {
                    let most = 1 + self.roll(4) as u32;
                    self.model.become_ready(most)
                }
                _ => match self.next() {
                    Next::Act(act) => {
                        self.send(&act);
                        true
                    }
                    Next::Wait(_) => false,
                    end => return end,
                },
            };
            self.check();
            idle = if moved { 0 } else { idle + 1 };
            if idle > 60 {
                return self.next();
            }
        }
        panic!("it never ends: {:?}", self.acts);
    }

    fn check(&mut self) {
        let pods = self.model.pods();
        if pods > self.most_pods {
            self.violations
                .push(format!("{pods} pods, at most {} allowed", self.most_pods));
        }
        let serving = self.model.serving_pods();
        if serving < self.least_serving {
            self.violations
                .push(format!("{serving} serve, {} wanted", self.least_serving));
        }
        let canary = self.model.of("checkout:2");
        if canary > self.most_canary {
            self.violations.push(format!(
                "{canary} canary pods, the plan allows {}",
                self.most_canary
            ));
        }
    }
}
