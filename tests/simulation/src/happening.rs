use crate::dice::Dice;

/// What happens from outside at a moment: other people, the machine, the weather.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    /// The person at a Slipway asks for something.
    Person(Ask),
    Apply,
    SetImage,
    Undo,
    Pause(bool),
    Scale {
        replicas: u64,
    },
    Annotate,
    Strategy,
    GitOpsReverts,
    Autoscaled {
        replicas: u64,
    },
    /// Deleted and made again under the same name.
    Recreated,
    PodsLost {
        count: u64,
    },
    /// Another person wants to release too.
    SecondSlipway,
    /// Another person goes on with the release, or rolls it back in the same click.
    TakeOver {
        to_roll_back: bool,
    },
    /// Somebody deletes the Lease.
    LeaseDeleted,
    Offline(bool),
    Forbidden(bool),
    Admission(bool),
    Quota(bool),
    DiskFull(bool),
    Unmeasured(bool),
    ClockJump {
        millis: i64,
    },
    Sleep {
        millis: u64,
    },
}

/// What a person asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    Hold,
    Resume,
    SkipBake,
    Promote,
    RollBack,
    /// Gives the control to the person at the other machine.
    HandOver,
}

impl Happening {
    /// What somebody with kubectl does.
    pub fn of_others(dice: &mut Dice, replicas: u32) -> Happening {
        match dice.number(0, 13) {
            0 => Happening::Apply,
            1 => Happening::SetImage,
            2 | 3 => Happening::Undo,
            4 => Happening::Pause(true),
            5 => Happening::Pause(false),
            6 => Happening::Scale {
                replicas: dice.number(0, u64::from(replicas) * 2),
            },
            7 => Happening::Scale { replicas: 0 },
            8 => Happening::Scale {
                replicas: u64::from(replicas),
            },
            9 => Happening::Annotate,
            10 => Happening::Strategy,
            11 => Happening::Recreated,
            12 => Happening::PodsLost {
                count: dice.number(1, 3),
            },
            _ => Happening::GitOpsReverts,
        }
    }

    /// What the person at the Slipway asks for.
    pub fn of_person(dice: &mut Dice) -> Happening {
        Happening::Person(match dice.number(0, 7) {
            0 => Ask::Hold,
            1 | 2 => Ask::Resume,
            3 => Ask::SkipBake,
            4 => Ask::Promote,
            _ => Ask::RollBack,
        })
    }
}
