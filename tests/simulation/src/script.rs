//! What the scenario lets happen, in the order of time.

use crate::deployment::NAMESPACE;
use crate::fault::Fault;
use crate::happening::{Ask, Happening};
use crate::machine::Machine;
use crate::ports::{PEOPLE, Port};
use crate::process::Process;
use crate::run::Run;
use release::{Command, RollbackTarget};
use std::time::Duration;

/// Within this time after the faults have stopped every machine of two is on.
const SOON: Duration = Duration::from_secs(120);

impl Run {
    /// Lets everything happen that is due by now.
    pub(crate) fn follow_the_script(&mut self) {
        loop {
            let what = {
                let mut room = self.shared.lock();
                let now = room.now();
                match room.scenario.script.first() {
                    Some((at, _)) if *at <= now => room.scenario.script.remove(0).1,
                    _ => break,
                }
            };
            self.happen(&what);
        }
        let mut room = self.shared.lock();
        if !room.calm && room.now() >= room.scenario.calm {
            room.say(|| "CALM".into());
            let has_quota = !room
                .world
                .list(practice::Resource::ResourceQuotas, Some(NAMESPACE))
                .is_empty();
            if has_quota {
                room.outside(&Happening::Quota(false));
            }
            room.calm = true;
            // Two machines are not kept turning for hours because one of them is off.
            if self.processes.len() > 1 {
                let soon = room.now() + SOON;
                for (process, machine) in self.processes.iter_mut().zip(&mut room.machines) {
                    let earlier = process.asleep.saturating_sub(soon);
                    machine.slept = machine.slept.saturating_sub(earlier);
                    process.asleep -= earlier;
                    process.restart = process.restart.map(|at| at.min(soon));
                }
            }
            room.scenario.script.clear();
            for machine in &mut room.machines {
                machine.disk.full = false;
            }
        }
    }

    fn happen(&mut self, what: &Happening) {
        let mut room = self.shared.lock();
        let now = room.now();
        match what {
            Happening::Person(ask) => {
                room.fault(match ask {
                    Ask::HandOver => Fault::HandOver,
                    _ => Fault::PersonCommand,
                });
                room.machines[0].called = true;
                drop(room);
                self.processes[0].commands.push_back(command(*ask));
            }
            Happening::SecondSlipway => {
                if room.machines.len() > 1 || room.deployment().is_none() {
                    return;
                }
                room.fault(Fault::TwoSlipways);
                drop(room);
                self.invite_colleague();
                self.begin_release(1);
            }
            Happening::TakeOver { to_roll_back } => {
                if room.deployment().is_none() {
                    return;
                }
                drop(room);
                self.colleague_takes_over(*to_roll_back, now);
            }
            Happening::Offline(on) => room.weather.offline = *on,
            Happening::Forbidden(on) => room.weather.forbidden = *on,
            Happening::Admission(on) => room.weather.admission = *on,
            Happening::Unmeasured(on) => room.weather.unmeasured = *on,
            Happening::DiskFull(on) => room.machines[0].disk.full = *on,
            Happening::ClockJump { millis } => {
                room.fault(Fault::ClockJump);
                room.machines[0].wall_offset += millis;
            }
            // A machine that is asleep cannot be sent to sleep.
            Happening::Sleep { .. } if self.processes[0].asleep > now => {}
            Happening::Sleep { millis } => {
                room.fault(Fault::Sleep);
                let asleep = Duration::from_millis(*millis);
                if !room.scenario.sleep_counts {
                    room.machines[0].slept += asleep;
                }
                self.processes[0].asleep = now + asleep;
            }
            others => room.outside(others),
        }
    }

    /// Another person's machine with a Slipway on it; there is one at most.
    fn invite_colleague(&mut self) {
        if self.processes.len() > 1 {
            return;
        }
        self.shared.lock().machines.push(Machine::default());
        self.processes.push(Process::new(Port {
            shared: self.shared.clone(),
            machine: 1,
        }));
    }

    fn colleague_takes_over(&mut self, to_roll_back: bool, now: Duration) {
        self.invite_colleague();
        let process = &mut self.processes[1];
        let mut room = self.shared.lock();
        if process.is_free() {
            room.fault(if to_roll_back {
                Fault::TakeOverToRollBack
            } else {
                Fault::TakeOver
            });
            if to_roll_back {
                room.machines[1].commanded = Some(now);
                room.machines[1].rollback_asked = Some(now);
                room.machines[1].in_click = true;
            }
            drop(room);
            process.take_over(to_roll_back);
        } else if to_roll_back {
            room.machines[1].called = true;
            process.commands.push_back(command(Ask::RollBack));
        }
    }
}

fn command(ask: Ask) -> Command {
    let reason = String::new();
    match ask {
        Ask::Hold => Command::Hold { reason },
        Ask::Resume => Command::Resume,
        Ask::SkipBake => Command::SkipBake { reason },
        Ask::Promote => Command::Promote { reason },
        Ask::HandOver => Command::HandOver {
            to: PEOPLE[1].to_owned(),
        },
        Ask::RollBack => Command::RollBack {
            target: RollbackTarget::Before,
            reason,
        },
    }
}
