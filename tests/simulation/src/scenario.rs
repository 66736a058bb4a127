//! What one seed stands for: the workload, the plan, and everything that will go wrong.

use crate::dice::Dice;
use crate::happening::{Ask, Happening};
use cluster::possible_shares;
use release::{Gate, OnExcess, Phase, Plan, Share};
use serde_json::{Value, json};
use std::time::Duration;

/// How the new version does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quality {
    Good,
    /// It answers with errors.
    Failing,
    /// Its containers crash.
    Crashing,
    /// Its pods never become Ready.
    NeverReady,
}

impl Quality {
    /// Whether waiting for its pods never ends.
    pub fn is_bad(self) -> bool {
        matches!(self, Quality::NeverReady | Quality::Crashing)
    }
}

/// How often requests and streams go wrong while faults are on, as probabilities.
#[derive(Debug, Clone, Default)]
pub struct Rates {
    pub crash: f64,
    pub not_sent: f64,
    pub lost: f64,
    pub reply_lost: f64,
    pub delayed: f64,
    pub duplicated: f64,
    pub status: f64,
    pub read_failed: f64,
    pub watch: f64,
    /// A request about the Lease or the charter.
    pub lease: f64,
    /// After an own act was accepted: that somebody else writes within seconds.
    pub reaction: f64,
}

/// One seed.
#[derive(Debug, Clone)]
pub struct Scenario {
    pub seed: u64,
    pub replicas: u32,
    pub plan: Plan,
    pub strategy: Value,
    pub min_ready_seconds: u64,
    pub deadline_seconds: Option<u64>,
    pub quality: Quality,
    pub start_seconds: f64,
    pub has_signals: bool,
    pub rates: Rates,
    /// What others do and what breaks, in the order of time.
    pub script: Vec<(Duration, Happening)>,
    /// What others may do right after an own act.
    pub reactions: Vec<Happening>,
    /// When all faults stop and everybody else leaves.
    pub calm: Duration,
    /// Whether the time asleep is in the monotonic clock.
    pub sleep_counts: bool,
    /// The term of a Lease.
    pub term_seconds: u64,
    /// Nobody may use Leases here: the object alone tells two drivers apart.
    pub no_leases: bool,
    /// How many releases there are, one after the other.
    pub releases: u32,
}

impl Scenario {
    /// The scenario of a seed.
    pub fn of(seed: u64) -> Scenario {
        let dice = &mut Dice::new(seed);
        let replicas = *dice.pick(&[1, 2, 2, 3, 3, 4, 4, 4, 5, 6, 8, 12]);
        let has_signals = dice.chance(0.35);
        let plan = plan(dice, replicas, has_signals);
        let quality = match dice.number(0, 19) {
            0 | 1 => Quality::Crashing,
            2 => Quality::NeverReady,
            3..=5 if has_signals => Quality::Failing,
            _ => Quality::Good,
        };
        let strategy = match dice.number(0, 5) {
            0 => json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}),
            1 => json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}),
            2 => {
                json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "50%", "maxUnavailable": "50%"}})
            }
            _ => Value::Null,
        };
        let calm = dice.millis(15_000, 60_000);
        let mut scenario = Scenario {
            seed,
            replicas,
            plan,
            strategy,
            min_ready_seconds: *dice.pick(&[0, 0, 0, 2]),
            deadline_seconds: *dice.pick(&[None, None, Some(30)]),
            quality,
            start_seconds: *dice.pick(&[0.3, 1.0, 2.5]),
            has_signals,
            rates: Rates::default(),
            script: Vec::new(),
            reactions: Vec::new(),
            calm,
            sleep_counts: dice.chance(0.5),
            term_seconds: *dice.pick(&[4, 8, 15]),
            no_leases: dice.chance(0.1),
            releases: if dice.chance(0.15) { 2 } else { 1 },
        };
        scenario.add_rates(dice);
        scenario.add_people(dice);
        scenario.add_weather(dice);
        scenario.script.sort_by_key(|(at, _)| *at);
        scenario
    }

    /// Few families of faults at a time reach deeper than all at once.
    fn add_rates(&mut self, dice: &mut Dice) {
        let rates = &mut self.rates;
        let mut family = |rate: &mut f64, value: f64| {
            if dice.chance(0.25) {
                *rate = value;
            }
        };
        family(&mut rates.crash, 0.03);
        family(&mut rates.not_sent, 0.15);
        family(&mut rates.lost, 0.15);
        family(&mut rates.reply_lost, 0.2);
        family(&mut rates.delayed, 0.3);
        family(&mut rates.duplicated, 0.3);
        family(&mut rates.status, 0.2);
        family(&mut rates.read_failed, 0.1);
        family(&mut rates.watch, 0.15);
        family(&mut rates.reaction, 0.35);
        family(&mut rates.lease, 0.25);
    }

    fn add_people(&mut self, dice: &mut Dice) {
        let calm = self.calm.as_millis() as u64;
        if self.rates.reaction > 0.0 {
            for _ in 0..dice.number(1, 2) {
                let others = Happening::of_others(dice, self.replicas);
                self.reactions.push(others);
            }
        }
        if dice.chance(0.45) {
            for _ in 0..dice.number(1, 3) {
                let at = dice.millis(1_000, calm);
                let what = Happening::of_others(dice, self.replicas);
                self.script.push((at, what));
            }
        }
        if dice.chance(0.4) {
            for _ in 0..dice.number(1, 3) {
                let at = dice.millis(1_000, calm);
                let what = Happening::of_person(dice);
                self.script.push((at, what));
            }
        }
        if dice.chance(0.12) {
            let every = dice.millis(3_000, 15_000);
            let mut at = every;
            while at < self.calm {
                self.script.push((at, Happening::GitOpsReverts));
                at += every;
            }
        }
        if dice.chance(0.12) {
            let every = dice.millis(3_000, 15_000);
            let mut at = every;
            while at < self.calm {
                let replicas = dice.number(1, u64::from(self.replicas) * 2);
                let what = Happening::Autoscaled { replicas };
                self.script.push((at, what));
                at += every;
            }
        }
        if dice.chance(0.12) {
            let at = dice.millis(500, calm);
            self.script.push((at, Happening::SecondSlipway));
        }
        if dice.chance(0.25) {
            self.add_colleague(dice);
        }
    }

    /// A colleague who wants to go on with the release, often while the first machine sleeps or has given the control away.
    fn add_colleague(&mut self, dice: &mut Dice) {
        let calm = self.calm.as_millis() as u64;
        let from = dice.millis(3_000, calm);
        match dice.number(0, 3) {
            0 => self.script.push((from, Happening::Person(Ask::HandOver))),
            1 => {
                let millis = dice.number(10_000, 60_000);
                self.script.push((from, Happening::Sleep { millis }));
            }
            2 => self.script.push((from, Happening::LeaseDeleted)),
            _ => {}
        }
        let mut at = from;
        for _ in 0..dice.number(1, 4) {
            at += dice.millis(200, 12_000);
            let to_roll_back = dice.chance(0.25);
            self.script.push((at, Happening::TakeOver { to_roll_back }));
            if dice.chance(0.2) {
                self.script.push((at, Happening::LeaseDeleted));
            }
        }
    }

    fn add_weather(&mut self, dice: &mut Dice) {
        let calm = self.calm.as_millis() as u64;
        let mut spell = |dice: &mut Dice, begins: Happening, ends: Happening| {
            if dice.chance(0.1) {
                let at = dice.millis(500, calm);
                let until = at + dice.millis(300, 20_000);
                self.script.push((at, begins));
                self.script.push((until, ends));
            }
        };
        spell(dice, Happening::Offline(true), Happening::Offline(false));
        spell(dice, Happening::Forbidden(true), Happening::Forbidden(false));
        spell(dice, Happening::Admission(true), Happening::Admission(false));
        spell(dice, Happening::Quota(true), Happening::Quota(false));
        spell(dice, Happening::DiskFull(true), Happening::DiskFull(false));
        spell(dice, Happening::Unmeasured(true), Happening::Unmeasured(false));
        if dice.chance(0.1) {
            let at = dice.millis(500, calm);
            let back = dice.chance(0.5);
            let jump = i64::try_from(dice.number(1_000, 7_200_000)).unwrap_or(0);
            let what = Happening::ClockJump {
                millis: if back { -jump } else { jump },
            };
            self.script.push((at, what));
        }
        if dice.chance(0.06) {
            let at = dice.millis(500, calm);
            let what = Happening::Sleep {
                millis: dice.number(600_000, 4 * 3_600_000),
            };
            self.script.push((at, what));
        }
    }
}

fn plan(dice: &mut Dice, replicas: u32, has_signals: bool) -> Plan {
    let no_surge = dice.chance(0.1);
    let surge_limit = if no_surge {
        Share::NONE
    } else {
        Share::from_percent(*dice.pick(&[10.0, 25.0, 25.0, 50.0, 100.0]))
    };
    let possible = possible_shares(replicas, cluster::holds::surge_pods(surge_limit, replicas));
    let mut shares: Vec<Share> = Vec::new();
    for _ in 0..dice.number(1, 2) {
        let left: Vec<Share> = possible
            .iter()
            .copied()
            .filter(|share| shares.last().is_none_or(|last| share > last))
            .collect();
        if !left.is_empty() {
            shares.push(*dice.pick(&left));
        }
    }
    shares.push(Share::WHOLE);
    let phases = shares
        .into_iter()
        .map(|share| Phase {
            share,
            bake_seconds: *dice.pick(&[0, 3, 5, 10]),
            bake_maximum_seconds: None,
            gates: match (has_signals, share.is_whole()) {
                (true, _) => vec![Gate::Readiness, Gate::Verdict],
                (false, false) => vec![Gate::Readiness, Gate::Approval],
                (false, true) => vec![Gate::Readiness],
            },
            owner: String::new(),
            goal: String::new(),
        })
        .collect();
    Plan {
        phases,
        surge_limit,
        accept_less_capacity: no_surge || dice.chance(0.1),
        on_excess: *dice.pick(&[OnExcess::RollBack, OnExcess::Hold]),
        automatic_rollback: dice.chance(0.8),
        ..Plan::default()
    }
}
