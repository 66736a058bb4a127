use super::{
    Act, Capsule, CellDetail, CellRequest, CellRollBackRequest, Changes, ChangesRequest, ClosingRelease,
    Confirmation, Connections, ContextRequest, Diagnostics, Draft, DraftRequest, EnvironmentIdRequest,
    EnvironmentRequest, HistoryFilter, HistoryList, KubeconfigRequest, LeaveRequest, LiveRelease,
    ManifestDiff, MatchApplicationRequest, Matrix, MetricsRequest, MetricsTest, MomentRequest, Note,
    PracticeRequest, Preflight, PreflightRequest, ScenarioRequest, Settings, SettingsRequest, Shell,
    StartRequest, Started, UnlockRequest, Unlocked,
};
use release::RollbackTarget;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A request without content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(type = "Record<string, never>")]
pub struct Empty {}

/// A release by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseRequest {
    /// Which.
    pub release: String,
}

/// Something that moves a release and needs a reason at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReasonRequest {
    /// Which release.
    pub release: String,
    /// Why; may be empty.
    pub reason: String,
}

/// Something that moves a release forward. Protection is checked in the backend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ForwardRequest {
    /// Which release.
    pub release: String,
    /// Why; may be empty, except for skipping a bake.
    pub reason: String,
    /// How the person confirmed.
    pub confirmation: Confirmation,
}

/// Go back. Takes no confirmation: it is one click in every environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RollBackRequest {
    /// Which release.
    pub release: String,
    /// Where to; `None` is where the spot says.
    pub target: Option<RollbackTarget>,
    /// Why; may be empty.
    pub reason: String,
}

/// Give the control to another person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HandOverRequest {
    /// Which release.
    pub release: String,
    /// The person's name.
    pub to: String,
}

/// Take a rolled back release up again as a new one at that phase, after preflight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ResumeAtRequest {
    /// The release that was rolled back.
    pub release: String,
    /// The phase, counted from 0.
    pub phase: u32,
    /// How the person confirmed.
    pub confirmation: Confirmation,
}

/// Go on with a release that another person's Slipway drove: when that one says nothing any more, or gave it away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TakeOverRequest {
    /// Which row.
    pub application: String,
    /// Which column.
    pub environment: String,
    /// How the person confirmed.
    pub confirmation: Confirmation,
}

/// Watch one release; [`super::Event::Live`] is pushed for it. `None` watches none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WatchRequest {
    /// Which.
    pub release: Option<String>,
}

/// What a person writes about a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NoteRequest {
    /// Which release.
    pub release: String,
    /// The words; not empty.
    pub text: String,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Exported {
    /// Its path; `None` if the person chose none.
    pub path: Option<String>,
}

/// One entry of the list of commands.
pub struct CommandEntry {
    /// The name on the wire.
    pub name: &'static str,
    /// The request's TypeScript name.
    pub request: fn(&ts_rs::Config) -> String,
    /// The reply's TypeScript name.
    pub reply: fn(&ts_rs::Config) -> String,
    pub(super) declare: fn(&mut super::generate::Declarations),
}

macro_rules! commands {
    ($($(#[doc = $doc:literal])+ $name:literal => $variant:ident($request:ty) -> $reply:ty;)+) => {
        /// Every command, with its request. Replies: see [`COMMANDS`].
        #[derive(Debug, Clone, PartialEq)]
        pub enum Command {
            $($(#[doc = $doc])+ $variant($request),)+
        }

        impl Command {
            /// Reads a command from its name and its request.
            ///
            /// # Errors
            /// Unknown names and requests that do not fit, each in a sentence for the log.
            pub fn read(name: &str, payload: serde_json::Value) -> Result<Command, String> {
                match name {
                    $($name => serde_json::from_value(payload).map(Command::$variant).map_err(|e| format!("{name}: {e}")),)+
                    _ => Err(format!("no command is called {name}")),
                }
            }

            /// The name on the wire.
            pub fn name(&self) -> &'static str {
                match self { $(Command::$variant(_) => $name,)+ }
            }
        }

        /// Name, request and reply of every command.
        pub const COMMANDS: &[CommandEntry] = &[
            $(CommandEntry {
                name: $name,
                request: |cfg| <$request as TS>::name(cfg),
                reply: |cfg| <$reply as TS>::name(cfg),
                declare: |all| { all.add::<$request>(); all.add::<$reply>(); },
            },)+
        ];
    };
}

commands! {
    /// What the window needs before it shows anything.
    "app.shell" => Shell(Empty) -> Shell;

    /// What closing the window now would leave behind.
    "app.leaving" => Leaving(Empty) -> Vec<ClosingRelease>;
    /// Leave as the person chose, after the window was asked to close.
    "app.leave" => Leave(LeaveRequest) -> Empty;
    /// All environments and applications.
    "environments.matrix" => Matrix(Empty) -> Matrix;
    /// What the panel of one cell shows.
    "environments.cell" => Cell(CellRequest) -> CellDetail;
    /// What differs between two environments.
    "environments.changes" => Changes(ChangesRequest) -> Changes;
    /// Go back to a known version, also where Slipway has made no release.
    "environments.rollBack" => CellRollBack(CellRollBackRequest) -> Started;
    /// Say which row a workload belongs to.
    "environments.match" => MatchApplication(MatchApplicationRequest) -> Matrix;
    /// Unlock an environment for 30 minutes.
    "environments.unlock" => Unlock(UnlockRequest) -> Unlocked;
    /// Lock it again at once.
    "environments.lock" => Lock(EnvironmentIdRequest) -> Unlocked;

    /// What the new release page starts with.
    "release.draft" => Draft(DraftRequest) -> Draft;
    /// What would happen.
    "release.preflight" => Preflight(PreflightRequest) -> Preflight;
    /// Begin.
    "release.start" => Start(StartRequest) -> Started;
    /// One release as it is now.
    "release.live" => Live(ReleaseRequest) -> LiveRelease;
    /// Push changes of this release.
    "release.watch" => Watch(WatchRequest) -> Empty;
    /// Stop where it is.
    "release.hold" => Hold(ReasonRequest) -> Act;
    /// Go on after a hold.
    "release.resume" => Resume(ForwardRequest) -> Act;
    /// Say yes to the phase.
    "release.approve" => Approve(ForwardRequest) -> Act;
    /// Go to the next phase now.
    "release.skipBake" => SkipBake(ForwardRequest) -> Act;
    /// Everything now, and finish.
    "release.promote" => Promote(ForwardRequest) -> Act;
    /// Go back. Answers as soon as the intent is durable or the server has answered, whichever is first.
    "release.rollBack" => RollBack(RollBackRequest) -> Act;
    /// Give the control to another person.
    "release.handOver" => HandOver(HandOverRequest) -> Act;
    /// Go on with a release that another person's Slipway drove.
    "release.takeOver" => TakeOver(TakeOverRequest) -> Started;
    /// Take a rolled back release up again.
    "release.resumeAt" => ResumeAt(ResumeAtRequest) -> Started;

    /// Releases on this computer.
    "history.list" => HistoryList(HistoryFilter) -> HistoryList;
    /// The record of one release.
    "history.capsule" => Capsule(ReleaseRequest) -> Capsule;
    /// The live screen of a release as it was at a moment.
    "history.moment" => Moment(MomentRequest) -> LiveRelease;
    /// Manifests before and after.
    "history.changes" => HistoryChanges(ReleaseRequest) -> Vec<ManifestDiff>;
    /// Write a note.
    "history.note" => AddNote(NoteRequest) -> Note;
    /// Write the record to a file that the person picks.
    "history.export" => Export(ReleaseRequest) -> Exported;
    /// Write the whole record, as it is now, to a file of its own beside the exports.
    "history.backUp" => BackUp(Empty) -> Exported;

    /// Files, contexts and the practice cluster.
    "connections.list" => Connections(Empty) -> Connections;
    /// Ask one context again.
    "connections.check" => CheckContext(ContextRequest) -> Connections;
    /// Read another kubeconfig file.
    "connections.addFile" => AddKubeconfig(KubeconfigRequest) -> Connections;
    /// Forget a kubeconfig file.
    "connections.removeFile" => RemoveKubeconfig(KubeconfigRequest) -> Connections;
    /// Make or change an environment.
    "connections.saveEnvironment" => SaveEnvironment(EnvironmentRequest) -> Connections;
    /// Forget an environment; its history stays.
    "connections.removeEnvironment" => RemoveEnvironment(EnvironmentIdRequest) -> Connections;
    /// Turn the practice cluster on or off, or set its clock.
    "practice.set" => SetPractice(PracticeRequest) -> Connections;
    /// Make something happen there.
    "practice.scenario" => RunScenario(ScenarioRequest) -> Empty;

    /// Everything on the settings page.
    "settings.read" => ReadSettings(Empty) -> Settings;
    /// Change settings.
    "settings.write" => WriteSettings(SettingsRequest) -> Settings;
    /// Set the metrics of one environment.
    "settings.metrics" => WriteMetrics(MetricsRequest) -> Settings;
    /// Try the metrics of one environment.
    "settings.testMetrics" => TestMetrics(EnvironmentIdRequest) -> MetricsTest;
    /// What to send with a bug report.
    "settings.diagnostics" => Diagnostics(Empty) -> Diagnostics;
}
