use std::collections::BTreeMap;

/// What can go wrong, or be done by others, as it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    Crash,
    JournalWriteLost,
    JournalFull,
    RequestNotSent,
    RequestLost,
    RequestDelayed,
    RequestDuplicated,
    ReplyLost,
    ReadFailed,
    WatchDelayed,
    WatchReordered,
    WatchDuplicated,
    WatchGap,
    Status409,
    Status410,
    Status422,
    Status429,
    Status500,
    Forbidden,
    Admission,
    Quota,
    ClockJump,
    Sleep,
    TwoSlipways,
    TakeOver,
    TakeOverToRollBack,
    HandOver,
    LeaseDeleted,
    LeaseForbidden,
    LeaseRequestFailed,
    KubectlApply,
    KubectlSetImage,
    KubectlUndo,
    KubectlPause,
    KubectlScale,
    KubectlAnnotate,
    KubectlStrategy,
    GitOps,
    Autoscaler,
    Recreated,
    PodsLost,
    BadVersion,
    NoMetrics,
    PersonCommand,
}

impl Fault {
    /// The name in the summary.
    pub fn name(self) -> &'static str {
        match self {
            Fault::Crash => "crash",
            Fault::JournalWriteLost => "journalWriteLost",
            Fault::JournalFull => "journalFull",
            Fault::RequestNotSent => "requestNotSent",
            Fault::RequestLost => "requestLost",
            Fault::RequestDelayed => "requestDelayed",
            Fault::RequestDuplicated => "requestDuplicated",
            Fault::ReplyLost => "replyLost",
            Fault::ReadFailed => "readFailed",
            Fault::WatchDelayed => "watchDelayed",
            Fault::WatchReordered => "watchReordered",
            Fault::WatchDuplicated => "watchDuplicated",
            Fault::WatchGap => "watchGap",
            Fault::Status409 => "status409",
            Fault::Status410 => "status410",
            Fault::Status422 => "status422",
            Fault::Status429 => "status429",
            Fault::Status500 => "status500",
            Fault::Forbidden => "forbidden403",
            Fault::Admission => "admissionRefusal",
            Fault::Quota => "quota",
            Fault::ClockJump => "clockJump",
            Fault::Sleep => "sleepOfHours",
            Fault::TwoSlipways => "twoSlipways",
            Fault::TakeOver => "takeOver",
            Fault::TakeOverToRollBack => "takeOverToRollBack",
            Fault::HandOver => "handOver",
            Fault::LeaseDeleted => "leaseDeleted",
            Fault::LeaseForbidden => "leaseForbidden",
            Fault::LeaseRequestFailed => "leaseRequestFailed",
            Fault::KubectlApply => "kubectlApply",
            Fault::KubectlSetImage => "kubectlSetImage",
            Fault::KubectlUndo => "kubectlUndo",
            Fault::KubectlPause => "kubectlPause",
            Fault::KubectlScale => "kubectlScale",
            Fault::KubectlAnnotate => "kubectlAnnotate",
            Fault::KubectlStrategy => "kubectlStrategy",
            Fault::GitOps => "gitOpsReverts",
            Fault::Autoscaler => "autoscaler",
            Fault::Recreated => "deletedAndMadeAgain",
            Fault::PodsLost => "nodeLosesPods",
            Fault::BadVersion => "badVersion",
            Fault::NoMetrics => "metricsSilent",
            Fault::PersonCommand => "personCommand",
        }
    }
}

/// How often each fault happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts(pub BTreeMap<Fault, u64>);

impl Counts {
    pub fn add(&mut self, fault: Fault) {
        *self.0.entry(fault).or_default() += 1;
    }

    pub fn merge(&mut self, other: &Counts) {
        for (fault, count) in &other.0 {
            *self.0.entry(*fault).or_default() += count;
        }
    }
}
