//! One seed from its beginning to its end.

use crate::begin;
use crate::check::{Known, Violation};
use crate::deployment::{NAME, new_template, workload};
use crate::dice::Dice;
use crate::fault::{Counts, Fault};
use crate::machine::Machine;
use crate::mistake::Mistake;
use crate::ports::{PEOPLE, Port};
use crate::process::{Done, Process, Task};
use crate::rest::state_of;
use crate::room::{Room, Shared, Weather};
use crate::scenario::{Quality, Scenario};
use crate::trace::Trace;
use crate::truth::{Log, Truth};
use crate::wire::Wire;
use conductor::{Dossier, Driver};
use judge::{Options, SignalSpec};
use release::{Command, Gate, Person, Release, ReleaseId, Stage, Timestamp};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What became of a seed.
#[derive(Debug, Clone, Default)]
pub struct Ended {
    pub seed: u64,
    pub counts: Counts,
    pub states: BTreeMap<String, u64>,
    pub violations: Vec<Violation>,
    pub turns: u64,
    pub trace: String,
}

/// How long a person looks at a refusal.
const RECONSIDERS: Duration = Duration::from_secs(1);
/// More turns than a run that comes to an end has.
const MOST_TURNS: u64 = 20_000;

/// Runs one seed.
pub fn run(seed: u64, mistake: Option<Mistake>, traced: bool) -> Ended {
    Run::new(seed, mistake, traced).until_the_end()
}

/// A run while it goes on.
pub(crate) struct Run {
    pub(crate) shared: Shared,
    pub(crate) processes: Vec<Process>,
    next_release: u32,
    pub(crate) turns: u64,
    pub(crate) rest_since: Option<(Duration, String)>,
    pub(crate) last_start: Duration,
}

impl Run {
    fn new(seed: u64, mistake: Option<Mistake>, traced: bool) -> Run {
        let scenario = Scenario::of(seed);
        let world = begin::world(&scenario);
        let room = Room {
            log: Log {
                revision: begin::EMPTY,
                ..Log::default()
            },
            world,
            dice: Dice::new(seed ^ 0x5eed_5eed),
            counts: Counts::default(),
            trace: Trace::new(traced),
            machines: vec![Machine::default()],
            truth: Truth::default(),
            wire: Wire::default(),
            weather: Weather::default(),
            checks: crate::check::Checks::default(),
            mistake,
            calm: false,
            scenario,
        };
        let shared = Shared(Arc::new(Mutex::new(room)));
        let port = Port {
            shared: shared.clone(),
            machine: 0,
        };
        Run {
            shared,
            processes: vec![Process::new(port)],
            next_release: 1,
            turns: 0,
            rest_since: None,
            last_start: Duration::ZERO,
        }
    }

    fn until_the_end(mut self) -> Ended {
        self.prepare();
        self.begin_release(0);
        loop {
            let now = self.shared.lock().now();
            let Some(next) = self.next_time(now) else { break };
            {
                let mut room = self.shared.lock();
                room.pass(next.max(now));
                room.deliver();
            }
            self.follow_the_script();
            self.run_programs();
            if self.is_at_rest() || self.turns > MOST_TURNS {
                break;
            }
        }
        self.finish()
    }

    /// The workload runs its first version.
    fn prepare(&mut self) {
        let mut room = self.shared.lock();
        room.collect();
        let begun = room.now();
        for (at, _) in &mut room.scenario.script {
            *at += begun;
        }
        room.scenario.calm += begun;
        if room.scenario.quality != Quality::Good {
            room.fault(Fault::BadVersion);
        }
        let text = format!("{:?}", room.scenario);
        room.say(|| text);
    }

    pub(crate) fn begin_release(&mut self, machine: usize) {
        let mut room = self.shared.lock();
        let Some(before) = room.deployment() else { return };
        let tag = if machine == 0 {
            (self.next_release + 1).to_string()
        } else {
            "b".to_owned()
        };
        let quality = if machine == 0 && self.next_release == room.scenario.releases {
            room.scenario.quality
        } else {
            Quality::Good
        };
        if machine == 0 {
            self.next_release += 1;
        }
        let current = before.pointer("/spec/template").cloned().unwrap_or(Value::Null);
        let template = new_template(&current, &tag, quality);
        let (from, to) = (cluster::version_of(&current), cluster::version_of(&template));
        let id = ReleaseId(format!("r{tag}"));
        let release = Release::planned(
            id.clone(),
            NAME,
            "production",
            from.clone(),
            to.clone(),
            room.scenario.plan.clone(),
            Person::named(PEOPLE[machine]),
        );
        let uid = crate::truth::text(&before, "/metadata/uid").to_owned();
        room.checks.releases.push(Known {
            machine,
            id,
            uid: uid.clone(),
            new_hash: to.template_hash,
            before_hash: from.template_hash,
            before: (*before).clone(),
        });
        let signals = if room.scenario.has_signals {
            vec![SignalSpec::error_ratio("errors", 0.02)]
        } else {
            Vec::new()
        };
        let dossier = Dossier {
            release,
            workload: workload(),
            uid,
            created: Timestamp(room.world.now().as_millisecond()),
            reason: String::new(),
            before: before.into(),
            new_template: template.into(),
            other_templates: BTreeMap::new(),
            signals,
            judging: Options {
                warmup_seconds: 0.0,
                ..Options::default()
            },
            epoch: 1,
            last_operation: None,
            operations: 0,
        };
        drop(room);
        self.processes[machine].begin(dossier);
    }

    fn next_time(&self, now: Duration) -> Option<Duration> {
        let room = self.shared.lock();
        let programs = self
            .processes
            .iter()
            .enumerate()
            .filter_map(|(machine, process)| process.next(room.machines[machine].wake, now));
        let script = room.scenario.script.first().map(|(at, _)| *at);
        let calm = (!room.calm).then_some(room.scenario.calm);
        programs
            .chain(script)
            .chain(calm)
            .chain(room.wire.next_arrival())
            .min()
    }

    fn run_programs(&mut self) {
        let now = self.shared.lock().now();
        for machine in 0..self.processes.len() {
            let due = {
                let room = self.shared.lock();
                self.processes[machine].next(room.machines[machine].wake, now)
            };
            if due.is_some_and(|due| due <= now) {
                self.run_program(machine, now);
            }
        }
    }

    fn run_program(&mut self, machine: usize, now: Duration) {
        let process = &mut self.processes[machine];
        if let Task::Off = process.task {
            process.restart = None;
            self.last_start = now;
            let found = self.shared.lock().machines[machine].disk.unfinished();
            self.shared.lock().say(|| format!("{machine} starts again"));
            if let Some(unfinished) = found.into_iter().last()
                && let Ok(mut driver) = Driver::recover(unfinished, process.port.ports())
            {
                if let Some(Mistake::Driver(mistake)) = self.shared.lock().mistake {
                    driver.plant(Some(mistake));
                }
                process.task = Task::Idle(Box::new(driver), now);
            }
            return;
        }
        if !matches!(process.task, Task::Busy(_)) {
            let command = process.commands.front();
            let is_command = command.is_some();
            let rolls_back = matches!(command, Some(Command::RollBack { .. }));
            let mut room = self.shared.lock();
            if rolls_back {
                room.machines[machine].rollback_asked = Some(now);
            }
            room.machines[machine].in_click = is_command;
            if is_command {
                room.machines[machine].commanded = Some(now);
            }
            drop(room);
            let is_bad = self.shared.lock().scenario.quality.is_bad();
            process.rested = state_of(process, is_bad);
            process.go_on();
        }
        self.shared.lock().machines[machine].wake = None;
        let done = process.poll();
        if std::mem::take(&mut self.shared.lock().machines[machine].crashed) {
            self.die(machine, now);
            return;
        }
        match done {
            None => {}
            Some(Done::Begun(Ok(mut driver))) => {
                self.plant(&mut driver);
                self.processes[machine].commands.push_back(Command::Start);
                self.processes[machine].task = Task::Idle(driver, now);
            }
            Some(Done::TookOver(Ok(mut driver))) => {
                self.plant(&mut driver);
                self.shared.lock().say(|| format!("{machine} took over"));
                self.processes[machine].task = Task::Idle(driver, now);
                self.processes[machine].before = None;
            }
            Some(Done::TookOver(Err(error))) => {
                self.shared
                    .lock()
                    .say(|| format!("{machine} did not take over: {error}"));
                let process = &mut self.processes[machine];
                process.restart = None;
                if let Some(driver) = process.before.take() {
                    process.task = Task::Idle(driver, now);
                }
            }
            Some(Done::Begun(Err(_))) => self.processes[machine].restart = None,
            Some(Done::Commanded(driver, command, answer)) => {
                self.shared
                    .lock()
                    .say(|| format!("{machine} asked {command:?}: {answer:?}"));
                // A person whose command could not be carried out does not press again in the same moment.
                let pause = if answer.is_err() {
                    RECONSIDERS
                } else {
                    Duration::ZERO
                };
                self.processes[machine].task = Task::Idle(driver, now + pause);
            }
            Some(Done::Turned(driver, turn)) => self.turned(machine, driver, turn, now),
        }
    }

    fn turned(&mut self, machine: usize, driver: Box<Driver>, turn: conductor::Turn, now: Duration) {
        self.turns += 1;
        let process = &mut self.processes[machine];
        let release = &driver.dossier().release;
        process.stood = Some((release.stage.clone(), driver.waiting().cloned()));
        let approves = release.stage == Stage::Baking && release.open_gates() == [Gate::Approval];
        if turn.over {
            let again = machine == 0 && release.stage == Stage::Completed;
            process.task = Task::Over(driver);
            let room = self.shared.lock();
            let another = again && !room.calm && self.next_release <= room.scenario.releases;
            drop(room);
            if another {
                self.begin_release(machine);
            }
            return;
        }
        if approves && process.commands.is_empty() {
            process.commands.push_back(Command::Approve {
                reason: String::new(),
            });
        }
        // A watch event may call earlier than the longest wait.
        let mut room = self.shared.lock();
        let wait = if room.dice.chance(0.25) {
            room.dice.millis(20, turn.next_millis.max(21))
        } else {
            Duration::from_millis(turn.next_millis)
        };
        drop(room);
        self.processes[machine].task = Task::Idle(driver, now + wait);
    }

    fn plant(&self, driver: &mut Driver) {
        if let Some(Mistake::Driver(mistake)) = self.shared.lock().mistake {
            driver.plant(Some(mistake));
        }
    }

    fn die(&mut self, machine: usize, now: Duration) {
        let process = &mut self.processes[machine];
        process.task = Task::Off;
        process.commands.clear();
        process.before = None;
        let mut room = self.shared.lock();
        let Room { machines, dice, .. } = &mut *room;
        let lost = machines[machine].disk.crash(dice);
        let pause = if dice.chance(0.1) {
            dice.millis(60_000, 7_200_000)
        } else {
            dice.millis(50, 15_000)
        };
        machines[machine].wake = None;
        machines[machine].called = false;
        machines[machine].in_click = false;
        machines[machine].is_sending = false;
        machines[machine].watch = crate::watch::Watch::default();
        if lost > 0 {
            room.fault(Fault::JournalWriteLost);
        }
        process.restart = Some(now + pause);
    }
}
