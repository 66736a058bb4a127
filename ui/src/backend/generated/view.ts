// Made from src-tauri/crates/api/src/view by `cargo xtask generate`. Do not edit.

/**
 * The last action on a release.
 */
export type Act = {
/**
 * The operation's id, as on the object.
 */
operation: string,
/**
 * What was asked.
 */
kind: ActKind,
/**
 * How far it is.
 */
status: ActStatus,
/**
 * When it was asked.
 */
askedAt: Timestamp,
/**
 * From asking to the API server's acceptance, in milliseconds; `None` until then.
 */
acceptedAfterMs: number | null,
/**
 * From asking to settled, in milliseconds; `None` until then.
 */
settledAfterMs: number | null,
/**
 * Why it was refused, or what is wrong although it goes on.
 */
failure: Failure | null, };

/**
 * What a person or a rule can do to a release.
 */
export type ActKind = "start" | "advance" | "hold" | "resume" | "approve" | "skipBake" | "promote" | "rollBack" | "handOver" | "takeOver";

/**
 * How far an action has come. Never a bare success.
 */
export type ActStatus = "queued" | "sent" | "accepted" | "applied" | "settled" | "unknown" | "refused";

/**
 * The stages in which a release moves forward, and in which it can be held.
 */
export type Active = "shifting" | "baking";

/**
 * One row of the matrix.
 */
export type ApplicationRow = {
/**
 * Stable over the environments.
 */
id: string,
/**
 * Its name.
 */
name: string,
/**
 * The team from `app.kubernetes.io/part-of`, if there is one.
 */
partOf: string | null, };

/**
 * One of the two sides of a comparison.
 */
export type Arm = "stable" | "canary";

/**
 * Something that needs a person, above the matrix.
 */
export type Attention = {
/**
 * Which row.
 */
application: string,
/**
 * Which column.
 */
environment: string,
/**
 * The release, if there is one.
 */
release: RunningRelease | null,
/**
 * What is wrong, if there is no release.
 */
because: Said | null,
/**
 * Since when.
 */
since: Timestamp | null, };

/**
 * What the canary was compared with.
 */
export type Basis = "concurrent" | "before" | "season" | "itself" | "limit" | "nothing";

/**
 * What the difference canary − stable lay in at a moment.
 */
export type Bounds = {
/**
 * When.
 */
at: Timestamp,
/**
 * Lower end.
 */
low: number,
/**
 * Upper end.
 */
high: number,
/**
 * The smallest effect worth stopping for, as a size.
 */
effect: number | null, };

/**
 * The record of one release: everything that the live screen showed, at every moment, readable without any cluster.
 * Lists ending in `From` are in order of time; what holds at a moment is the last entry not after it.
 */
export type Capsule = {
/**
 * What it was about.
 */
head: ReleaseHead,
/**
 * How it ended.
 */
ending: Ending,
/**
 * The phases as planned and as they went at the end.
 */
phases: Array<PhaseTrack>,
/**
 * The canary's share from the start on.
 */
shares: Array<ShareStep>,
/**
 * Stages in order.
 */
stages: Array<StageFrom>,
/**
 * Judgements in order.
 */
judgements: Array<JudgementFrom>,
/**
 * Pods in order.
 */
pods: Array<PodsFrom>,
/**
 * The signals with all samples.
 */
signals: Array<Signal>,
/**
 * Series that were not recorded, by name; empty in a complete capsule.
 */
missing: Array<string>,
/**
 * Oldest first.
 */
events: Array<EventLine>,
/**
 * The rollback, if there was one.
 */
rollback: Rollback | null,
/**
 * What users met.
 */
impact: Impact | null,
/**
 * Notes, oldest first.
 */
notes: Array<Note>,
/**
 * The largest share that was reached.
 */
reached: Share, };

/**
 * One cell of the matrix.
 */
export type Cell = {
/**
 * Which row.
 */
application: string,
/**
 * Which column.
 */
environment: string,
/**
 * What it is.
 */
state: CellState,
/**
 * What serves (in a release: what served before it); `None` where nothing does.
 */
version: VersionTag | null,
/**
 * Since when that version serves, where it is known.
 */
since: Timestamp | null,
/**
 * For example `Deployment shop/checkout`.
 */
workload: string | null,
/**
 * Ready pods.
 */
readyPods: number,
/**
 * Wanted pods.
 */
wantedPods: number,
/**
 * How many versions this environment is ahead of the next one; `None` where it is not known or nothing.
 */
ahead: number | null,
/**
 * Whether it may be more of them than are counted.
 */
aheadAtLeast: boolean,
/**
 * The environment that it is ahead of.
 */
aheadOf: string | null,
/**
 * How many versions can be gone back to.
 */
rollbackTargets: number, };

/**
 * What the panel of one cell shows, also for workloads that Slipway never released.
 */
export type CellDetail = {
/**
 * The cell.
 */
cell: Cell,
/**
 * Where one click goes, with its checks.
 */
rollback: Rollback,
/**
 * Every version that can be gone back to, newest first.
 */
targets: Array<RollbackChoice>,
/**
 * Who wrote the workload last, as the field managers say.
 */
writtenBy: Array<FieldWriter>, };

/**
 * Which cell.
 */
export type CellRequest = {
/**
 * Which row.
 */
application: string,
/**
 * Which column.
 */
environment: string, };

/**
 * Go back to a known version where Slipway has made no release.
 */
export type CellRollBackRequest = {
/**
 * Which row.
 */
application: string,
/**
 * Which column.
 */
environment: string,
/**
 * Where to.
 */
target: RollbackTarget,
/**
 * Why; may be empty.
 */
reason: string, };

/**
 * What one application is in one environment.
 */
export type CellState = { "kind": "loading" } | { "kind": "notDeployed" } | { "kind": "forbidden",
/**
 * What is missing, for example `list deployments`.
 */
needs: string, } | { "kind": "idle",
/**
 * Whether all pods are Ready.
 */
ready: boolean, } | { "kind": "trouble",
/**
 * What.
 */
because: Said,
/**
 * Since when.
 */
since: Timestamp | null, } | { "kind": "foreignRollout",
/**
 * Who wrote last, as the field manager says.
 */
manager: string | null, } | { "kind": "elsewhere",
/**
 * Its id.
 */
release: string,
/**
 * What is released.
 */
to: VersionTag,
/**
 * Where it is, as the driver wrote it beside the workload; `None` where that cannot be read.
 */
stage: Stage | null,
/**
 * The current phase, counted from 0.
 */
phase: number,
/**
 * How many phases there are; 0 where the plan cannot be read.
 */
phases: number,
/**
 * Who drives it, where it is known.
 */
driver: string | null,
/**
 * Since when, by the driver's clock.
 */
since: Timestamp | null,
/**
 * Whether it can be taken over now.
 */
takeOver: Control, } | { "kind": "release",
/**
 * Its id.
 */
release: string,
/**
 * What is released.
 */
to: VersionTag,
/**
 * Where it is.
 */
stage: Stage,
/**
 * What is known about the health.
 */
outcome: GateOutcome,
/**
 * The canary's share now.
 */
share: Share,
/**
 * The current phase, counted from 0.
 */
phase: number,
/**
 * The phases, for the small way.
 */
phases: Array<PhaseTrack>,
/**
 * The canary's share from the start on.
 */
shares: Array<ShareStep>,
/**
 * The clock of this picture.
 */
now: Timestamp, };

/**
 * When a difference began. Times are the ends of looks, in milliseconds since 1970.
 */
export type ChangePoint = {
/**
 * The first look that shows it.
 */
atMs: number,
/**
 * It may have begun from here …
 */
earliestMs: number,
/**
 * … to here (likelihoods within a factor of 6.8 of the largest: about 95 % of a large sample's).
 */
latestMs: number, };

/**
 * What differs.
 */
export type Changes = {
/**
 * What is on the left.
 */
from: VersionTag,
/**
 * What is on the right.
 */
to: VersionTag,
/**
 * The manifests.
 */
manifests: Array<ManifestDiff>, };

/**
 * What differs between two environments, or between two revisions of one.
 */
export type ChangesRequest = {
/**
 * Which application.
 */
application: string,
/**
 * The environment that is compared.
 */
environment: string,
/**
 * With which environment; `None` is the one before it in the order of promotion.
 */
with: string | null, };

/**
 * One thing that was asked before acting.
 */
export type Check = {
/**
 * How it ended.
 */
state: CheckState,
/**
 * What it says.
 */
said: Said, };

/**
 * How one check ended.
 */
export type CheckState = "running" | "passed" | "warning" | "failed";

/**
 * A release that runs while the window is asked to close.
 */
export type ClosingRelease = {
/**
 * The release.
 */
release: RunningRelease,
/**
 * Whether it can be held now; a rollback and a promotion go on by the cluster itself.
 */
canHold: boolean,
/**
 * The whole command that goes back by hand; `None` until it is known.
 */
byHand: string | null, };

/**
 * What a person can ask of a release.
 */
export type Command = { "command": "start" } | { "command": "hold",
/**
 * Why; may be empty.
 */
reason: string, } | { "command": "resume" } | { "command": "approve",
/**
 * Why; may be empty.
 */
reason: string, } | { "command": "skipBake",
/**
 * Why; may be empty.
 */
reason: string, } | { "command": "promote",
/**
 * Why; may be empty.
 */
reason: string, } | { "command": "rollBack",
/**
 * Where to.
 */
target: RollbackTarget,
/**
 * Why; may be empty.
 */
reason: string, } | { "command": "handOver",
/**
 * The person's name.
 */
to: string, };

/**
 * How a person confirmed an action that goes forward. Checked in the backend against the environment's protection.
 */
export type Confirmation = {
/**
 * How long the button was held, in milliseconds; 0 for a press. `confirm` and `locked` need 1,200.
 */
heldMs: number, };

/**
 * Everything on the connections page.
 */
export type Connections = {
/**
 * Files, in the order in which they are read.
 */
files: Array<KubeconfigFile>,
/**
 * Contexts of all files.
 */
contexts: Array<ContextRow>,
/**
 * The practice cluster.
 */
practice: PracticeOffer, };

/**
 * How old the picture of one environment is.
 */
export type Contact = {
/**
 * Whether it is live.
 */
state: ContactState,
/**
 * When the cluster was last heard of; `None` if never.
 */
asOf: Timestamp | null,
/**
 * Since when the state is what it is.
 */
since: Timestamp, };

/**
 * Whether what is shown is live. Old data is never shown as live: the window greys what is not `Live`.
 */
export type ContactState = "live" | "stale" | "lost" | "recorded";

/**
 * The image of one container.
 */
export type ContainerImage = {
/**
 * The container's name in the template.
 */
container: string,
/**
 * The image reference as the template has it.
 */
image: string,
/**
 * Whether it is an init container.
 */
init: boolean, };

/**
 * Ask one context again.
 */
export type ContextRequest = {
/**
 * Its name.
 */
context: string, };

/**
 * One context of a kubeconfig file.
 */
export type ContextRow = {
/**
 * Its name.
 */
name: string,
/**
 * The file it is from, as the user would write it.
 */
file: string,
/**
 * The server's address, without user info.
 */
server: string,
/**
 * The namespace that the context names, if it does.
 */
namespace: string | null,
/**
 * Namespaces that can be chosen, if they are known.
 */
namespaces: Array<string>,
/**
 * How it answers.
 */
state: ContextState,
/**
 * How dangerous it is, guessed from its name or set by the user.
 */
danger: Danger,
/**
 * Whether the user has set it.
 */
dangerSet: boolean,
/**
 * Environments made from it.
 */
environments: Array<EnvironmentTag>, };

/**
 * How a context answers.
 */
export type ContextState = { "kind": "notAsked" } | { "kind": "asking" } | { "kind": "answers",
/**
 * The server's version, for example `v1.36.3`.
 */
serverVersion: string,
/**
 * How long it took, in milliseconds.
 */
tookMs: number,
/**
 * The user name that the cluster knows.
 */
user: string | null,
/**
 * Whether namespaces may be listed; if not, they are typed.
 */
mayListNamespaces: boolean, } | { "kind": "failed",
/**
 * Why: sign-in expired, unreachable, plugin hangs, unknown context …
 */
failure: Failure, };

/**
 * One of the buttons that move a release.
 */
export type Control = {
/**
 * Whether it can be used now.
 */
on: boolean,
/**
 * Why not; always there when it is off.
 */
offBecause: Said | null, };

/**
 * Every button that moves a release, except Roll back, which is in [`Rollback`] and never off while there is a target.
 */
export type Controls = {
/**
 * Stop where it is.
 */
hold: Control,
/**
 * Go on after a hold.
 */
resume: Control,
/**
 * Say yes to the phase.
 */
approve: Control,
/**
 * Go to the next phase now.
 */
skipBake: Control,
/**
 * Everything now, and finish.
 */
promote: Control,
/**
 * Give the control to another person.
 */
handOver: Control, };

/**
 * What the judge knew of one signal, moment by moment.
 */
export type Course = {
/**
 * What the bounds are in: that of the newest one. Moments with bounds in anything else are not among them.
 */
intervalOf: IntervalOf | null,
/**
 * The interval of the difference between the versions, oldest first; thinned evenly.
 */
bounds: Array<Bounds>,
/**
 * When the verdict changed and to what, oldest first; the first one is where it began.
 */
changes: Array<VerdictChange>, };

/**
 * A query of the user's own.
 */
export type CustomQuery = {
/**
 * What it is and what it is held against.
 */
signal: SignalSpec,
/**
 * PromQL; `{arm}` stands for the arm's label matchers. For a level or a speed an expression that gives one number; else the
 * selector of a counter: of events, of what was bad, of predictions whose truth is known.
 */
query: string,
/**
 * For an error ratio: the selector of everything that was tried.
 */
total?: string,
/**
 * For predictions with the labels `predicted` and `actual`, judged as an error ratio: what is asked of them.
 */
quality?: Quality, };

/**
 * How careful one has to be with an environment; drawn as its plate.
 */
export type Danger = "practice" | "development" | "staging" | "production";

/**
 * What to send with a bug report; no secrets, no literal environment values.
 */
export type Diagnostics = {
/**
 * Text to copy.
 */
text: string, };

/**
 * One line.
 */
export type DiffLine = {
/**
 * What it is.
 */
kind: LineKind,
/**
 * Its text; literal environment values are masked.
 */
text: string, };

/**
 * What the page starts with.
 */
export type Draft = {
/**
 * The application.
 */
application: string,
/**
 * The environment.
 */
environment: EnvironmentTag,
/**
 * What serves now.
 */
current: VersionTag,
/**
 * The pod template as it is, for editing; literal environment values are not masked here: it is the user's own text.
 */
currentYaml: string,
/**
 * Versions that can be chosen, the likeliest first.
 */
offers: Array<VersionOffer>,
/**
 * The plan used last here, else the default.
 */
plan: Plan,
/**
 * Pods wanted now.
 */
replicas: number,
/**
 * Every share that this number of pods and this surge limit can express, ascending.
 */
possibleShares: Array<Share>,
/**
 * Whether a source of health data is known.
 */
metrics: boolean,
/**
 * Requests a second now, if known.
 */
requestsPerSecond: number | null, };

/**
 * What a draft is about.
 */
export type DraftRequest = {
/**
 * The application.
 */
application: string,
/**
 * The environment.
 */
environment: string, };

/**
 * The smallest effect worth stopping for, against stable. Where both are given the larger one counts.
 */
export type Effect = {
/**
 * In the signal's unit: 0.005 is half a percentage point of errors; for a latency 0.02 is 20 ms more.
 */
absolute: number | null,
/**
 * Relative to stable: 0.1 is ten percent more errors than stable has, or ten percent slower.
 */
relative: number | null, };

/**
 * How the size of a difference is measured.
 */
export type EffectMeasure = "meanRatio" | "cles";

/**
 * How large a difference must be before it counts, as Kayenta's `effectSize`: `allowedIncrease` and `criticalIncrease`, or
 * the decreases where lower is worse (there they are upper ends: 0.8 is a fifth less).
 */
export type EffectSizes = {
/**
 * What is measured.
 */
measure: EffectMeasure,
/**
 * A difference that is at least this large fails the signal; none: any that the test sees.
 */
allowed: number | null,
/**
 * One that is at least this large, in a critical signal, fails the release; none: any that the test sees.
 */
critical: number | null, };

/**
 * A request without content.
 */
export type Empty = Record<string, never>;

/**
 * How a release ended.
 */
export type Ending = "running" | "held" | "completed" | "rolledBack" | "refused";

/**
 * One column of the matrix.
 */
export type EnvironmentColumn = {
/**
 * Which.
 */
environment: EnvironmentTag,
/**
 * The kubeconfig context; `None` for the practice cluster.
 */
context: string | null,
/**
 * Its namespaces.
 */
namespaces: Array<string>,
/**
 * Whether it is live.
 */
contact: Contact,
/**
 * Whether the first list is still coming, so that missing cells are unknown rather than empty.
 */
loading: boolean,
/**
 * Why it cannot be read, if so.
 */
failure: Failure | null,
/**
 * Whether a source of health data is known.
 */
metrics: boolean, };

/**
 * The contact of one environment.
 */
export type EnvironmentContact = {
/**
 * Which.
 */
environment: string,
/**
 * As the user calls it.
 */
name: string,
/**
 * Its contact.
 */
contact: Contact, };

/**
 * An environment by its id.
 */
export type EnvironmentIdRequest = {
/**
 * Which.
 */
environment: string, };

/**
 * The metrics of one environment.
 */
export type EnvironmentMetrics = {
/**
 * Which environment.
 */
environment: EnvironmentTag,
/**
 * How they are reached.
 */
source: MetricsSource,
/**
 * Which queries are asked.
 */
preset: Preset,
/**
 * Queries of the user's own.
 */
queries: Array<CustomQuery>,
/**
 * Whether the pages of new pods are read while they are young.
 */
readPods: boolean,
/**
 * Whether credentials are kept.
 */
hasSecret: boolean, };

/**
 * Make or change an environment.
 */
export type EnvironmentRequest = {
/**
 * The environment to change; `None` makes one.
 */
id: string | null,
/**
 * As the user calls it.
 */
name: string,
/**
 * The context.
 */
context: string,
/**
 * Its namespaces; at least one.
 */
namespaces: Array<string>,
/**
 * How careful one has to be.
 */
danger: Danger,
/**
 * What it takes to go forward. Going from locked to less takes an unlocked environment.
 */
protection: Protection, };

/**
 * The environment as every screen shows it.
 */
export type EnvironmentTag = {
/**
 * Stable.
 */
id: string,
/**
 * As the user calls it.
 */
name: string,
/**
 * How careful one has to be.
 */
danger: Danger,
/**
 * What it takes to go forward.
 */
protection: Protection, };

/**
 * How long it should take, and what that is measured on.
 */
export type Estimate = {
/**
 * Seconds until the old version serves everything.
 */
seconds: number,
/**
 * How many starts of this application's own pods it rests on.
 */
measuredStarts: number, };

/**
 * What the backend pushes. At most ten a second for each view; later ones replace earlier ones of the same kind.
 */
export type Event = { "kind": "live",
/**
 * All of it.
 */
release: LiveRelease, } | { "kind": "running",
/**
 * All of them.
 */
releases: Array<RunningRelease>, } | { "kind": "matrix",
/**
 * All of it.
 */
matrix: Matrix, } | { "kind": "contact",
/**
 * All of them.
 */
contacts: Array<EnvironmentContact>, } | { "kind": "notice",
/**
 * What.
 */
notice: Notice, } | { "kind": "trouble",
/**
 * What.
 */
failure: Failure, } | { "kind": "closeAsked", } | { "kind": "leave",
/**
 * What becomes of it.
 */
window: WindowGoes, } | { "kind": "show",
/**
 * A release's id, or nothing for the environments.
 */
release: string | null, };

/**
 * One line of the event list. Its reason is in what it says, or in `reason`.
 */
export type EventLine = {
/**
 * Grows by one within a release.
 */
seq: number,
/**
 * When.
 */
at: Timestamp,
/**
 * What.
 */
what: EventWhat,
/**
 * Why, where it is not in `what`.
 */
reason: Said | null,
/**
 * Who; `None` if a rule or the cluster did it.
 */
by: Person | null,
/**
 * In which phase, counted from 0.
 */
phase: number, };

/**
 * What a line of the event list is about.
 */
export type EventWhat = { "kind": "record", "value": RecordKind } | { "kind": "verdict", "value": Sentence } | { "kind": "said", "value": Said } | { "kind": "check", "value": Check };

/**
 * How far a signal is on the way to a verdict.
 */
export type Evidence = {
/**
 * `0..=1`; 1 means that there is a verdict. Towards whichever verdict is nearer.
 */
fraction: number,
/**
 * Which verdict it is nearer to, if it can be said.
 */
towards: Verdict | null,
/**
 * What there is, in the unit `needed`.
 */
have: number,
/**
 * What it takes, in the unit `needed`.
 */
need: number,
/**
 * The unit.
 */
needed: Needed, };

/**
 * A file that was written.
 */
export type Exported = {
/**
 * Its path; `None` if the person chose none.
 */
path: string | null, };

/**
 * An error that reaches a person: what happened and what it means, what to do, and a stable code.
 */
export type Failure = {
/**
 * Stable; shown last and copyable.
 */
code: string,
/**
 * What happened and what it means for the release, users first.
 */
message: string,
/**
 * What to do now.
 */
hint: string, };

/**
 * Somebody who writes the workload.
 */
export type FieldWriter = {
/**
 * The field manager's name.
 */
manager: string,
/**
 * When it wrote last.
 */
at: Timestamp | null, };

/**
 * One thing that preflight found.
 */
export type Finding = {
/**
 * Stable; the user overrides a finding by it.
 */
id: string,
/**
 * What it says.
 */
check: Check,
/**
 * Whether it stops the start unless the user says otherwise.
 */
canOverride: boolean, };

/**
 * Something that moves a release forward. Protection is checked in the backend.
 */
export type ForwardRequest = {
/**
 * Which release.
 */
release: string,
/**
 * Why; may be empty, except for skipping a bake.
 */
reason: string,
/**
 * How the person confirmed.
 */
confirmation: Confirmation, };

/**
 * A condition that a phase must meet before the release goes on.
 */
export type Gate = "readiness" | "verdict" | "approval";

/**
 * What a gate, or the whole release, is found to be.
 */
export type GateOutcome = "healthy" | "degraded" | "notEnoughEvidence";

/**
 * How one gate of a phase stands.
 */
export type GateState = "pending" | "passed" | "failed";

/**
 * Part of a group's signals that passed.
 */
export type GroupScore = {
/**
 * `errors`, `latency`, `counts` or `levels`.
 */
group: string,
/**
 * 0 to 100.
 */
score: number,
/**
 * Its weight in the release's score, in percent.
 */
weight: number, };

/**
 * Give the control to another person.
 */
export type HandOverRequest = {
/**
 * Which release.
 */
release: string,
/**
 * The person's name.
 */
to: string, };

/**
 * Which releases to list.
 */
export type HistoryFilter = {
/**
 * Words that must all occur in application, environment, version, person or notes. May be empty.
 */
text: string,
/**
 * Only the last so many days; `None` is all.
 */
days: number | null,
/**
 * Only environments plated as production.
 */
productionOnly: boolean,
/**
 * Only this ending.
 */
ending: Ending | null,
/**
 * At most so many rows; `None` is the backend's own limit.
 */
limit: number | null,
/**
 * Only releases made before this one, for the next page.
 */
before: Timestamp | null, };

/**
 * The list and what can be counted over it.
 */
export type HistoryList = {
/**
 * Newest first.
 */
rows: Array<HistoryRow>,
/**
 * How many match the filter.
 */
matching: number,
/**
 * How many there are on this computer.
 */
total: number,
/**
 * Size on disk in bytes.
 */
bytes: number,
/**
 * Of the matching ones: how many ended as completed.
 */
completed: number,
/**
 * Of the matching ones: how many were rolled back.
 */
rolledBack: number,
/**
 * Median seconds from the first bad sample (or, without metrics, from asking) to the old version serving
 * everything, over the matching rollbacks; `None` without any.
 */
medianRecoverySeconds: number | null,
/**
 * Matching releases a week, over the filter's days or since the first one.
 */
perWeek: number | null, };

/**
 * One release in the list.
 */
export type HistoryRow = {
/**
 * Its id.
 */
id: string,
/**
 * The application.
 */
application: string,
/**
 * The environment.
 */
environment: EnvironmentTag,
/**
 * Short name of what ran before.
 */
from: string,
/**
 * Short name of what was released.
 */
to: string,
/**
 * When it was made.
 */
startedAt: Timestamp,
/**
 * When it ended.
 */
endedAt: Timestamp | null,
/**
 * How it ended.
 */
ending: Ending,
/**
 * Whether it was held on the way.
 */
wasHeld: boolean,
/**
 * Who made it.
 */
startedBy: Person,
/**
 * How many notes there are.
 */
notes: number,
/**
 * The phases, for the small way.
 */
phases: Array<PhaseTrack>,
/**
 * The canary's share from the start on.
 */
shares: Array<ShareStep>, };

/**
 * Why a release is held.
 */
export type HoldReason = { "code": "person",
/**
 * The person's name.
 */
by: string,
/**
 * What the person said. May be empty.
 */
reason: string, } | { "code": "evidenceMissing" } | { "code": "notReady" } | { "code": "excess",
/**
 * The share found.
 */
share: Share,
/**
 * The plan's share in this phase.
 */
planned: Share, } | { "code": "foreignChange",
/**
 * What was changed and by whom, in a sentence.
 */
what: string, } | { "code": "workloadGone" } | { "code": "actRefused",
/**
 * The cluster's sentence.
 */
message: string, } | { "code": "shareNotPossible",
/**
 * The plan's share.
 */
planned: Share,
/**
 * How many pods are wanted now.
 */
replicas: number, } | { "code": "handedOver",
/**
 * The person's name.
 */
to: string, } | { "code": "rollbackNotSent",
/**
 * When the rollback was asked for.
 */
since: Timestamp, };

/**
 * What users met, from the samples alone.
 */
export type Impact = {
/**
 * Failed requests a second on the canary now; what waiting costs.
 */
failingPerSecond: number | null,
/**
 * Failed requests on the canary, over the whole release; an estimate from rates.
 */
failedRequests: number | null,
/**
 * All requests on the canary, over the whole release; an estimate from rates.
 */
canaryRequests: number | null,
/**
 * The highest error ratio on the canary, 0 to 1.
 */
worstErrorRatio: number | null,
/**
 * When that was.
 */
worstAt: Timestamp | null,
/**
 * When the first bad sample was.
 */
firstBadAt: Timestamp | null,
/**
 * When the last bad sample was.
 */
lastBadAt: Timestamp | null,
/**
 * What the cluster says of failing pods.
 */
podTrouble: Array<Said>, };

/**
 * What an interval for a difference is in.
 */
export type IntervalOf = { "type": "difference" } | { "type": "shareOver",
/**
 * In the signal's unit.
 */
edge: number, };

/**
 * What is known about the health of a release, with what it rests on.
 */
export type Judgement = {
/**
 * What the release goes by: readiness and verdict taken together.
 */
outcome: GateOutcome,
/**
 * Since when.
 */
since: Timestamp,
/**
 * Readiness alone.
 */
readiness: GateOutcome,
/**
 * The judge's verdict with one for each signal; `None` without metrics.
 */
verdict: ReleaseVerdict | null, };

/**
 * The health from a moment on.
 */
export type JudgementFrom = {
/**
 * From when.
 */
at: Timestamp,
/**
 * What was known from then on.
 */
judgement: Judgement, };

/**
 * The score of a release by Kayenta's rules.
 */
export type KayentaScore = {
/**
 * 0 to 100; 0 if a critical signal failed critically.
 */
score: number,
/**
 * From here the release is healthy.
 */
pass: number,
/**
 * Below this it is degraded.
 */
marginal: number,
/**
 * The groups that had data.
 */
groups: Array<GroupScore>, };

/**
 * A kubeconfig file.
 */
export type KubeconfigFile = {
/**
 * As the user would write it.
 */
path: string,
/**
 * Whether it is there because the user added it (rather than by KUBECONFIG or the default place).
 */
added: boolean,
/**
 * What is wrong with it, if anything is.
 */
failure: Failure | null,
/**
 * How many contexts it has.
 */
contexts: number, };

/**
 * A kubeconfig file to read or to forget.
 */
export type KubeconfigRequest = {
/**
 * Its path; `None` opens the system's file picker.
 */
path: string | null, };

/**
 * The language of the window.
 */
export type Language = "system" | "en" | "zh-CN";

/**
 * Leave the window.
 */
export type LeaveRequest = {
/**
 * How.
 */
how: Leaving, };

/**
 * How a person leaves the window while releases run.
 */
export type Leaving = "tray" | "hold" | "quit";

/**
 * A limit that the canary must keep, whatever stable does.
 */
export type Limit = {
/**
 * The value that must not be passed, in the signal's unit (for a latency: of its quantile).
 */
value: number,
/**
 * Hysteresis: once past the limit, the value counts as past it until it is back beyond this one. `None`: `value`.
 */
clearsAt: number | null,
/**
 * How long, in seconds, the value must stay past the limit before the signal is degraded.
 */
forSeconds: number, };

/**
 * What a line of a comparison is.
 */
export type LineKind = "same" | "added" | "removed" | "gap";

/**
 * One release as the live screen shows it. A recorded moment of a past release has the same shape.
 */
export type LiveRelease = {
/**
 * What it is about.
 */
head: ReleaseHead,
/**
 * Where it is.
 */
stage: Stage,
/**
 * The current phase, counted from 0.
 */
phase: number,
/**
 * The phases as planned and as they went.
 */
phases: Array<PhaseTrack>,
/**
 * The canary's share from the start on.
 */
shares: Array<ShareStep>,
/**
 * The clock of this picture: what "now" is on the way and the charts.
 */
now: Timestamp,
/**
 * Whether it is live.
 */
contact: Contact,
/**
 * Who drives.
 */
driver: Person,
/**
 * Whether that is this computer.
 */
youDrive: boolean,
/**
 * Whether a degraded verdict rolls back without asking.
 */
automaticRollback: boolean,
/**
 * What is known about the health.
 */
judgement: Judgement,
/**
 * The signals with their series.
 */
signals: Array<Signal>,
/**
 * Where the requests go.
 */
traffic: Traffic | null,
/**
 * The pods.
 */
pods: Pods,
/**
 * Newest first.
 */
events: Array<EventLine>,
/**
 * The buttons that move it.
 */
controls: Controls,
/**
 * The spot bottom right.
 */
rollback: Rollback,
/**
 * The last action.
 */
act: Act | null,
/**
 * Everything that is waited for; empty while nothing is.
 */
waits: Array<WaitsFor>,
/**
 * What users met, once something was bad.
 */
impact: Impact | null,
/**
 * For ten minutes after a rollback.
 */
resumeOffer: ResumeOffer | null, };

/**
 * One manifest before and after.
 */
export type ManifestDiff = {
/**
 * What it is, for example `Deployment checkout`.
 */
title: string,
/**
 * The lines, with gaps.
 */
lines: Array<DiffLine>,
/**
 * Lines added.
 */
added: number,
/**
 * Lines removed.
 */
removed: number, };

/**
 * The user says which row a workload belongs to.
 */
export type MatchApplicationRequest = {
/**
 * Which column.
 */
environment: string,
/**
 * For example `Deployment shop/checkout`.
 */
workload: string,
/**
 * The row; `None` goes back to what labels and names say.
 */
application: string | null, };

/**
 * All environments and applications.
 */
export type Matrix = {
/**
 * In the order of promotion: development first.
 */
environments: Array<EnvironmentColumn>,
/**
 * By name.
 */
applications: Array<ApplicationRow>,
/**
 * Those that are known.
 */
cells: Array<Cell>,
/**
 * Most urgent first.
 */
attention: Array<Attention>, };

/**
 * Set the metrics of one environment. Saved at once.
 */
export type MetricsRequest = {
/**
 * Which environment.
 */
environment: string,
/**
 * How they are reached.
 */
source: MetricsSource,
/**
 * Which queries are asked.
 */
preset: Preset,
/**
 * Queries of the user's own.
 */
queries: Array<CustomQuery>,
/**
 * Whether the pages of new pods are read while they are young, through the API server's proxy; true unless it is said.
 */
readPods: boolean,
/**
 * New credentials; `None` leaves what is kept.
 */
secret: MetricsSecret | null, };

/**
 * Credentials for the metrics. They go to the system's keyring and never come back.
 */
export type MetricsSecret = { "kind": "forget" } | { "kind": "bearer",
/**
 * The token.
 */
token: string, } | { "kind": "basic",
/**
 * The name.
 */
user: string,
/**
 * The password.
 */
password: string, };

/**
 * How the metrics of one environment are reached.
 */
export type MetricsSource = { "kind": "none" } | { "kind": "automatic",
/**
 * What was found, for example `monitoring/prometheus:9090`.
 */
found: string | null, } | { "kind": "pods" } | { "kind": "service",
/**
 * The service's namespace.
 */
namespace: string,
/**
 * The service's name.
 */
service: string,
/**
 * The port's number or name.
 */
port: string, } | { "kind": "url",
/**
 * Without user info; a secret in it is refused.
 */
url: string, } | { "kind": "practice" };

/**
 * What a connection test found.
 */
export type MetricsTest = {
/**
 * How long the answer took, in milliseconds.
 */
tookMs: number | null,
/**
 * What each signal gave: the number of series.
 */
signals: Array<MetricsTestSignal>,
/**
 * What came of reading a pod's own page beside Prometheus; `None` if that failed before, or there is none.
 */
newPods: PagesTest | null,
/**
 * Why it failed.
 */
failure: Failure | null, };

/**
 * What one signal gave.
 */
export type MetricsTestSignal = {
/**
 * Its id.
 */
signal: string,
/**
 * How many series there are.
 */
series: number,
/**
 * Why not.
 */
failure: Failure | null, };

/**
 * A moment of a release's life.
 */
export type MomentRequest = {
/**
 * Which release.
 */
release: string,
/**
 * When; moments before its first or after its last are taken for these.
 */
at: Timestamp, };

/**
 * What evidence is counted in.
 */
export type Needed = "requests" | "looks" | "seconds" | "logEvidence" | "nothing";

/**
 * What a person wrote about a release.
 */
export type Note = {
/**
 * When.
 */
at: Timestamp,
/**
 * Who.
 */
by: Person,
/**
 * The words.
 */
text: string, };

/**
 * What a person writes about a release.
 */
export type NoteRequest = {
/**
 * Which release.
 */
release: string,
/**
 * The words; not empty.
 */
text: string, };

/**
 * Something to tell that needs no answer.
 */
export type Notice = {
/**
 * The release it is about.
 */
release: string,
/**
 * The application.
 */
application: string,
/**
 * The environment.
 */
environment: EnvironmentTag,
/**
 * What happened.
 */
what: RecordKind,
/**
 * The phase in which it happened, counted from 0.
 */
phase: number, };

/**
 * A service level objective that is watched by its burn rates. For error ratios and for latencies (there a request is bad
 * that takes longer than the latency's objective).
 */
export type Objective = {
/**
 * Part of the requests that must be good, in `0..1`: 0.999.
 */
good: number,
/**
 * What the workbook's windows are multiplied by. 1 is for a service that runs for weeks; releases last minutes, so that
 * 1/12 (the first alert looks at 5 minutes and 25 seconds) is what a release is watched with as a rule.
 */
scale: number, };

/**
 * What to do when something else than Slipway pushes the new version's share over the plan's (an autoscaler, a person).
 */
export type OnExcess = "rollBack" | "hold";

/**
 * An interval for a value of one arm.
 */
export type OwnInterval = {
/**
 * Lower end.
 */
low: number,
/**
 * Upper end; none if nothing is known above the lower one.
 */
high: number | null, };

/**
 * What came of reading a pod's own page once.
 */
export type PagesTest = { "kind": "off" } | { "kind": "noPods" } | { "kind": "noPort" } | { "kind": "refused",
/**
 * The HTTP status.
 */
status: number, } | { "kind": "silent" } | { "kind": "noSeries" } | { "kind": "works",
/**
 * Their ids.
 */
signals: Array<string>, };

/**
 * Who acts: the local profile's name plus the user name that the cluster knows (from a SelfSubjectReview).
 */
export type Person = {
/**
 * The name in the local profile.
 */
name: string,
/**
 * The cluster's own name for the user, where it has been asked.
 */
clusterUser: string | null, };

/**
 * One step of a plan.
 */
export type Phase = {
/**
 * The new version's share in this phase. 100 % is promotion and then a watched bake.
 */
share: Share,
/**
 * How long the phase lasts at least, in seconds. Only time in which samples were seen counts.
 */
bakeSeconds: number,
/**
 * How far the bake may be extended while evidence is missing, in seconds; then the release holds and asks.
 * `None` is twice the bake.
 */
bakeMaximumSeconds: number | null,
/**
 * What must be met to pass; each at most once.
 */
gates: Array<Gate>,
/**
 * Who looks after this phase. May be empty.
 */
owner: string,
/**
 * What this phase is to show. May be empty.
 */
goal: string, };

/**
 * One gate of a phase.
 */
export type PhaseGate = {
/**
 * Which.
 */
gate: Gate,
/**
 * How it stands.
 */
state: GateState,
/**
 * Why.
 */
because: Said | null, };

/**
 * Pods and traffic of one phase.
 */
export type PhasePods = {
/**
 * Pods of the new version.
 */
canary: number,
/**
 * Pods of the old version.
 */
stable: number,
/**
 * Whether the phase's share can be expressed exactly.
 */
possible: boolean,
/**
 * The nearest possible shares, if not.
 */
nearest: Array<Share>,
/**
 * What the phase can see at the traffic of now; `None` at 100 %, and where no source counts requests.
 */
sees: Sees | null, };

/**
 * How one phase stands.
 */
export type PhaseState = "planned" | "shifting" | "baking" | "held" | "passed" | "skipped" | "failed";

/**
 * One phase as planned and as it went.
 */
export type PhaseTrack = {
/**
 * The planned share.
 */
share: Share,
/**
 * The shortest bake in seconds.
 */
bakeSeconds: number,
/**
 * How far the bake may be extended, in seconds.
 */
bakeMaximumSeconds: number,
/**
 * When it was planned to start, from the plan's bake times alone; moved by what has really happened.
 */
plannedStart: Timestamp,
/**
 * When it was planned to end.
 */
plannedEnd: Timestamp,
/**
 * When it started.
 */
startedAt: Timestamp | null,
/**
 * When it ended.
 */
endedAt: Timestamp | null,
/**
 * How long it has baked with samples seen, in seconds.
 */
bakedSeconds: number,
/**
 * How long it must bake now, extensions included, in seconds.
 */
mustBakeSeconds: number,
/**
 * How it stands.
 */
state: PhaseState,
/**
 * Its gates.
 */
gates: Array<PhaseGate>,
/**
 * Who looks after it. May be empty.
 */
owner: string,
/**
 * What it is to show. May be empty.
 */
goal: string, };

/**
 * The ordered phases of a release and the rules that hold for all of them.
 */
export type Plan = {
/**
 * In the order in which they are done; shares grow strictly.
 */
phases: Array<Phase>,
/**
 * How many pods more than wanted there may be at any time, as a share of the wanted number; rounded up to pods.
 */
surgeLimit: Share,
/**
 * Whether fewer pods than wanted may serve. Needed only for a surge limit of 0 %.
 */
acceptLessCapacity: boolean,
/**
 * What to do when others push the share over the plan's.
 */
onExcess: OnExcess,
/**
 * Whether a degraded verdict rolls back without asking.
 */
automaticRollback: boolean,
/**
 * How long a share may be pursued without a single pod getting nearer to it, in seconds; then the release holds and asks.
 * Only time in which the cluster answers counts. Plans from before this limit have the usual one.
 */
progressLimitSeconds: number, };

/**
 * One problem of a plan, at its place.
 */
export type PlanError = {
/**
 * The phase, counted from 0; `None` if the whole plan is meant.
 */
phase: number | null,
/**
 * The field's name as it crosses the wire.
 */
field: string,
/**
 * What is wrong.
 */
problem: PlanProblem, };

/**
 * What can be wrong with a plan.
 */
export type PlanProblem = { "code": "noPhases" } | { "code": "tooManyPhases",
/**
 * How many there are.
 */
count: number,
/**
 * How many there may be.
 */
most: number, } | { "code": "shareOutOfRange",
/**
 * The share as given.
 */
percent: number, } | { "code": "sharesMustGrow",
/**
 * This phase's share.
 */
percent: number,
/**
 * The share before.
 */
before: number, } | { "code": "bakeTooLong",
/**
 * The longest that is possible.
 */
mostSeconds: number, } | { "code": "maximumBelowBake" } | { "code": "gateTwice" } | { "code": "noGate" } | { "code": "verdictNeedsMetrics" } | { "code": "noMetricsNeedsApproval" } | { "code": "surgeLimitOutOfRange" } | { "code": "progressLimitOutOfRange",
/**
 * The shortest that is possible.
 */
leastSeconds: number,
/**
 * The longest that is possible.
 */
mostSeconds: number, } | { "code": "noSurgeNeedsLessCapacity" };

/**
 * The pods of one arm.
 */
export type PodArm = {
/**
 * Which version.
 */
arm: Arm,
/**
 * Every pod, in a stable order.
 */
pods: Array<PodDot>, };

/**
 * One pod.
 */
export type PodDot = {
/**
 * Its name.
 */
name: string,
/**
 * What it does.
 */
state: PodState,
/**
 * Restarts of all its containers.
 */
restarts: number,
/**
 * What is wrong with it.
 */
trouble: Said | null, };

/**
 * What one pod does.
 */
export type PodState = "ready" | "starting" | "restarting" | "ending";

/**
 * Every pod of the workload.
 */
export type Pods = {
/**
 * How many are Ready.
 */
ready: number,
/**
 * How many there are, without those on their way out.
 */
total: number,
/**
 * The workload's wanted number.
 */
wanted: number,
/**
 * Restarts since the release began.
 */
restarts: number,
/**
 * Stable first.
 */
arms: Array<PodArm>, };

/**
 * The pods from a moment on.
 */
export type PodsFrom = {
/**
 * From when.
 */
at: Timestamp,
/**
 * What they were from then on.
 */
pods: Pods, };

/**
 * The practice cluster as a choice.
 */
export type PracticeOffer = {
/**
 * Whether it is among the environments.
 */
on: boolean,
/**
 * How many environments it has.
 */
environments: number,
/**
 * How many applications it has.
 */
applications: number,
/**
 * How fast its clock goes; 1 is real time.
 */
acceleration: number,
/**
 * What can be made to happen.
 */
scenarios: Array<Scenario>, };

/**
 * Turn the practice cluster on or off, or set its clock.
 */
export type PracticeRequest = {
/**
 * Whether it is among the environments.
 */
on: boolean,
/**
 * How fast its clock goes; 1 is real time.
 */
acceleration: number | null, };

/**
 * What would happen.
 */
export type Preflight = {
/**
 * The version that the source gives; `None` if it gives none.
 */
version: VersionTag | null,
/**
 * Problems of the plan, at their places.
 */
problems: Array<PlanError>,
/**
 * One per phase.
 */
pods: Array<PhasePods>,
/**
 * What was found, failures first.
 */
findings: Array<Finding>,
/**
 * Whether it may start, with the overrides that are possible.
 */
mayStart: boolean,
/**
 * How long the way back should take at the largest share below 100 %.
 */
rollbackEstimate: Estimate | null,
/**
 * What changes.
 */
changes: Array<ManifestDiff>,
/**
 * When it was asked.
 */
askedAt: Timestamp, };

/**
 * Ask what would happen. Asked again at the start.
 */
export type PreflightRequest = {
/**
 * The application.
 */
application: string,
/**
 * The environment.
 */
environment: string,
/**
 * The new version.
 */
source: VersionSource,
/**
 * The plan.
 */
plan: Plan, };

/**
 * Which queries are asked.
 */
export type Preset = "automatic" | "openTelemetryHttp" | "clientLibraries" | "vllm" | "triton" | "kserve" | "istio" | "custom";

/**
 * What it takes to go forward. A rollback takes one click everywhere.
 */
export type Protection = { "kind": "open" } | { "kind": "confirm" } | { "kind": "locked",
/**
 * Until when it is unlocked; `None` while it is locked.
 */
unlockedUntil: Timestamp | null, };

/**
 * What is asked of predictions, as a ratio of bad ones that an error-ratio signal judges.
 */
export type Quality = "accuracy" | "precision" | "recall" | "f1";

/**
 * Why a signal has its verdict: a code with numbers, from which a sentence is made in the reader's language. Values
 * are in the signal's unit.
 */
export type Reason = { "code": "overLimit",
/**
 * The canary.
 */
value: number,
/**
 * The limit.
 */
limit: number,
/**
 * How long it has been past it, in seconds.
 */
seconds: number, } | { "code": "changed",
/**
 * The canary, recently.
 */
value: number,
/**
 * Whether its values are higher than they were; else lower.
 */
higher: boolean,
/**
 * Probability of such an alarm in a release without any change.
 */
alarms: number, } | { "code": "unchanged",
/**
 * Values that were looked at.
 */
looks: number, } | { "code": "nearLimit",
/**
 * The canary.
 */
value: number,
/**
 * The limit.
 */
limit: number,
/**
 * How long it has been past it, in seconds.
 */
seconds: number,
/**
 * How long it may be.
 */
allowedSeconds: number, } | { "code": "burningBudget",
/**
 * How many times as fast as the objective allows.
 */
rate: number,
/**
 * The burn rate from which it is an alert.
 */
allowed: number,
/**
 * The window that it was measured over, in seconds.
 */
seconds: number,
/**
 * The objective: part of the requests that must be good.
 */
good: number, } | { "code": "worseThanStable",
/**
 * The canary.
 */
canary: number,
/**
 * Stable.
 */
stable: number,
/**
 * The smallest effect worth stopping for; with Kayenta's judge, the shift that its tolerance allows.
 */
effect: number, } | { "code": "slowerThanStable",
/**
 * The bucket edge, in the signal's unit.
 */
edge: number,
/**
 * Share of the canary's requests that took longer.
 */
canaryShare: number,
/**
 * Share of stable's requests that took longer.
 */
stableShare: number, } | { "code": "noWorse",
/**
 * The canary.
 */
canary: number,
/**
 * Stable.
 */
stable: number,
/**
 * The smallest effect worth stopping for; with Kayenta's judge, the shift that its tolerance allows.
 */
effect: number, } | { "code": "withinLimit",
/**
 * The canary.
 */
value: number,
/**
 * The limit.
 */
limit: number, } | { "code": "collecting",
/**
 * What there is, in the unit of `needed` in the evidence.
 */
have: number,
/**
 * What it takes.
 */
need: number, } | { "code": "warmingUp",
/**
 * Seconds that remain.
 */
seconds: number, } | { "code": "noTraffic",
/**
 * The arm.
 */
arm: Arm, } | { "code": "noData",
/**
 * The arm.
 */
arm: Arm,
/**
 * For how long, in seconds; none if there never was anything.
 */
seconds: number | null, } | { "code": "noStable" } | { "code": "wrongReading" } | { "code": "context" };

/**
 * Something that moves a release and needs a reason at most.
 */
export type ReasonRequest = {
/**
 * Which release.
 */
release: string,
/**
 * Why; may be empty.
 */
reason: string, };

/**
 * What can happen, with its reason.
 */
export type RecordKind = { "code": "commanded",
/**
 * What.
 */
command: Command, } | { "code": "preflightPassed" } | { "code": "preflightFailed",
/**
 * A sentence for each reason.
 */
reasons: Array<string>, } | { "code": "phaseStarted",
/**
 * Its share.
 */
share: Share, } | { "code": "shareReached",
/**
 * The share.
 */
share: Share, } | { "code": "phasePassed",
/**
 * The bake as counted, in milliseconds.
 */
bakedMillis: number, } | { "code": "bakeExtended",
/**
 * How long at most, in milliseconds from the start of the bake.
 */
maximumMillis: number, } | { "code": "healthChanged",
/**
 * Before.
 */
from: GateOutcome,
/**
 * Now.
 */
to: GateOutcome, } | { "code": "promotionStarted" } | { "code": "completed" } | { "code": "held",
/**
 * Why.
 */
reason: HoldReason, } | { "code": "resumed" } | { "code": "rollbackStarted",
/**
 * Where to.
 */
target: RollbackTarget,
/**
 * Whether a rule started it.
 */
automatic: boolean,
/**
 * Why, in a sentence. May be empty when a person gave no reason.
 */
reason: string, } | { "code": "rolledBack" } | { "code": "rollbackTrouble",
/**
 * The cluster's sentence.
 */
message: string, } | { "code": "takenOver",
/**
 * The person there.
 */
from: string, } | { "code": "exceeded",
/**
 * The share found.
 */
share: Share,
/**
 * The plan's.
 */
planned: Share, } | { "code": "foreignChange",
/**
 * What, in a sentence.
 */
what: string, };

/**
 * What every screen says about a release first.
 */
export type ReleaseHead = {
/**
 * Its id.
 */
id: string,
/**
 * Rollout or rollback.
 */
kind: ReleaseKind,
/**
 * The application.
 */
application: string,
/**
 * The environment.
 */
environment: EnvironmentTag,
/**
 * The workload, for example `Deployment shop/checkout`.
 */
workload: string,
/**
 * What ran before.
 */
from: VersionTag,
/**
 * What is released.
 */
to: VersionTag,
/**
 * Who made it.
 */
startedBy: Person,
/**
 * When it was made.
 */
startedAt: Timestamp,
/**
 * When it ended.
 */
endedAt: Timestamp | null,
/**
 * The release that this one takes up again, if any.
 */
resumes: string | null, };

/**
 * What kind of change a record is about.
 */
export type ReleaseKind = "rollout" | "rollback";

/**
 * A release by its id.
 */
export type ReleaseRequest = {
/**
 * Which.
 */
release: string, };

/**
 * The verdict about the release, with one for each signal.
 */
export type ReleaseVerdict = {
/**
 * The verdict.
 */
verdict: Verdict,
/**
 * One per signal, in the order of the plan.
 */
signals: Array<SignalVerdict>,
/**
 * Ids of the signals that make the release degraded; if it is not degraded, of degraded signals of any role.
 */
failing: Array<string>,
/**
 * Ids of the required signals that a healthy verdict still waits for.
 */
waiting: Array<string>,
/**
 * How much speaks for either verdict; none if nothing is required, or in a record from before this was kept.
 */
sides?: Sides,
/**
 * What to say in one sentence.
 */
sentence: Sentence,
/**
 * Time of the newest look, of any signal.
 */
newestMs: number | null,
/**
 * The score, if Kayenta's judge was asked.
 */
kayenta?: KayentaScore, };

/**
 * Take a rolled back release up again as a new one at that phase, after preflight.
 */
export type ResumeAtRequest = {
/**
 * The release that was rolled back.
 */
release: string,
/**
 * The phase, counted from 0.
 */
phase: number,
/**
 * How the person confirmed.
 */
confirmation: Confirmation, };

/**
 * A rollback can be taken up again for ten minutes: a new linked release at that phase, after preflight.
 */
export type ResumeOffer = {
/**
 * The phase, counted from 0.
 */
phase: number,
/**
 * Until when.
 */
until: Timestamp, };

/**
 * How much a signal has to say.
 */
export type Role = "critical" | "required" | "advisory" | "context";

/**
 * Go back. Takes no confirmation: it is one click in every environment.
 */
export type RollBackRequest = {
/**
 * Which release.
 */
release: string,
/**
 * Where to; `None` is where the spot says.
 */
target: RollbackTarget | null,
/**
 * Why; may be empty.
 */
reason: string, };

/**
 * Rollback readiness, computed all the time.
 */
export type Rollback = {
/**
 * What the spot is.
 */
spot: RollbackSpot,
/**
 * Where one click goes; `None` if nothing is known.
 */
target: RollbackChoice | null,
/**
 * What was checked, the most important first.
 */
checks: Array<Check>,
/**
 * When the checks were last made.
 */
checkedAt: Timestamp | null,
/**
 * How long it should take.
 */
estimate: Estimate | null,
/**
 * The steps, once it runs or has run.
 */
steps: Array<RollbackStep>,
/**
 * Other versions that are known, newest first.
 */
others: Array<RollbackChoice>,
/**
 * The whole `kubectl patch` that does the same by hand; `None` until the patch is known.
 */
byHand: string | null, };

/**
 * A version that can be gone back to.
 */
export type RollbackChoice = {
/**
 * What the command takes.
 */
target: RollbackTarget,
/**
 * A short name for people, as [`release::Version::label`].
 */
label: string,
/**
 * The images of all containers.
 */
containers: Array<ContainerImage>,
/**
 * When this revision was made; `None` if unknown.
 */
madeAt: Timestamp | null,
/**
 * Pods of it that are Ready now; with all of them the way back takes no start of pods.
 */
warmPods: number, };

/**
 * The spot bottom right. A failed preflight stands beside the button; it never takes it away.
 */
export type RollbackSpot = { "kind": "ready" } | { "kind": "degraded" } | { "kind": "preflightFailed" } | { "kind": "queued",
/**
 * Since when.
 */
since: Timestamp, } | { "kind": "running",
/**
 * Since when.
 */
since: Timestamp,
/**
 * Whether a rule rather than a person began it.
 */
automatic: boolean,
/**
 * Over twice the estimate.
 */
slow: boolean, } | { "kind": "finished",
/**
 * Since when.
 */
at: Timestamp,
/**
 * How long it took, in seconds.
 */
seconds: number, } | { "kind": "nothing",
/**
 * Why.
 */
because: Said, };

/**
 * One step of a rollback.
 */
export type RollbackStep = {
/**
 * What.
 */
said: Said,
/**
 * How it stands.
 */
state: StepState,
/**
 * How long it took or has taken, in seconds.
 */
seconds: number | null,
/**
 * What is being seen.
 */
detail: Said | null, };

/**
 * Where a rollback goes.
 */
export type RollbackTarget = { "kind": "before" } | { "kind": "revision",
/**
 * The workload controller's revision number, where it has one.
 */
revision: number | null,
/**
 * The version that this revision runs; its template hash finds the template.
 */
version: Version, };

/**
 * What a signal is held against. Both may be given: then both must hold.
 */
export type Rule = {
/**
 * Which direction is worse.
 */
worse: Worse,
/**
 * The absolute limit, if there is one.
 */
limit: Limit | null,
/**
 * The comparison with stable, if there is one.
 */
againstStable: Effect | null,
/**
 * The service level objective, if there is one: for error ratios and latencies.
 */
objective?: Objective,
/**
 * Whether a change of the canary's own course makes it degraded: greatest probability of such an alarm in a release
 * without change, in `0..1` ([`crate::Anomaly`]). Weaker than a comparison: it assumes values in no particular order.
 */
anomaly?: number,
/**
 * How large a difference must be for Kayenta's judge, in a signal that has a comparison; none: any that its test sees.
 */
kayenta?: EffectSizes, };

/**
 * A release in the side bar.
 */
export type RunningRelease = {
/**
 * Its id.
 */
id: string,
/**
 * The application.
 */
application: string,
/**
 * The environment.
 */
environment: EnvironmentTag,
/**
 * Where it is.
 */
stage: Stage,
/**
 * What is known about the health.
 */
outcome: GateOutcome,
/**
 * The canary's share now.
 */
share: Share,
/**
 * When it was made.
 */
startedAt: Timestamp,
/**
 * The phases, for the small way.
 */
phases: Array<PhaseTrack>,
/**
 * The canary's share from the start on.
 */
shares: Array<ShareStep>,
/**
 * The clock of this picture.
 */
now: Timestamp,
/**
 * Whether it is live.
 */
contact: Contact, };

/**
 * Everything that the backend can have the window say besides [`release::RecordKind`], [`release::HoldReason`] and
 * [`judge::Reason`]: a code with its facts. The window has the words for each code in each language, and does not
 * compile without them.
 */
export type Said = { "code": "verbatim",
/**
 * The words.
 */
text: string, } | { "code": "podsWarm",
/**
 * How many.
 */
count: number,
/**
 * Of which version.
 */
version: string, } | { "code": "podsMustStart",
/**
 * How many.
 */
count: number,
/**
 * Of which version.
 */
version: string, } | { "code": "targetKnown",
/**
 * Which version.
 */
version: string, } | { "code": "targetFromRecord",
/**
 * Which version.
 */
version: string, } | { "code": "noTarget" } | { "code": "dryRunPassed" } | { "code": "dryRunRefused",
/**
 * The server's sentence.
 */
message: string, } | { "code": "allowed" } | { "code": "forbidden",
/**
 * For example `patch`.
 */
verb: string,
/**
 * For example `deployments`.
 */
resource: string,
/**
 * Where.
 */
namespace: string, } | { "code": "configUnchanged" } | { "code": "configChanged",
/**
 * `ConfigMap` or `Secret`.
 */
kind: string,
/**
 * Its name.
 */
name: string, } | { "code": "configMissing",
/**
 * `ConfigMap` or `Secret`.
 */
kind: string,
/**
 * Its name.
 */
name: string, } | { "code": "quotaFits" } | { "code": "quotaShort",
/**
 * The quota's name.
 */
quota: string,
/**
 * What is short, for example `pods`.
 */
resource: string,
/**
 * How many more pods are needed.
 */
needed: number, } | { "code": "ownerWillWrite",
/**
 * For example `Argo CD`.
 */
owner: string,
/**
 * What it will do next.
 */
next: string,
/**
 * Whether it puts things back by itself.
 */
reverts: boolean, } | { "code": "noOwner" } | { "code": "autoscaler",
/**
 * Its name.
 */
name: string,
/**
 * Lowest number of pods.
 */
minimum: number,
/**
 * Highest number of pods.
 */
maximum: number, } | { "code": "disruptionBudget",
/**
 * Its name.
 */
name: string,
/**
 * Pods that may be missing now.
 */
allowed: number, } | { "code": "paused" } | { "code": "recreate" } | { "code": "sharesPossible",
/**
 * Pods wanted.
 */
replicas: number, } | { "code": "shareImpossible",
/**
 * Which phase, counted from 0.
 */
phase: number,
/**
 * The share.
 */
share: Share,
/**
 * The nearest possible ones.
 */
nearest: Array<Share>, } | { "code": "metricsFound",
/**
 * How many signals.
 */
signals: number, } | { "code": "metricsMissing" } | { "code": "metricsNone" } | { "code": "metricsUnread",
/**
 * The failure's code.
 */
trouble: string,
/**
 * The failure in English.
 */
message: string, } | { "code": "othersWillSee" } | { "code": "nobodyJudgesWhileClosed" } | { "code": "releaseUnderWay",
/**
 * Its id.
 */
release: string,
/**
 * Who drives it.
 */
driver: string, } | { "code": "noRevisionHistory" } | { "code": "offDegraded" } | { "code": "offRollingBack" } | { "code": "offPromoting" } | { "code": "offFinished" } | { "code": "offNotStarted" } | { "code": "offNotDriver",
/**
 * Who.
 */
driver: string, } | { "code": "offDriven",
/**
 * Who.
 */
driver: string,
/**
 * Seconds until it can be taken over, should that Slipway say nothing any more.
 */
seconds: number, } | { "code": "offNoPlan" } | { "code": "offNoContact" } | { "code": "offHeld" } | { "code": "offNotHeld" } | { "code": "offNothingToApprove" } | { "code": "offShifting" } | { "code": "offLocked" } | { "code": "containerEnded",
/**
 * Kubernetes' word, for example `OOMKilled`.
 */
reason: string,
/**
 * The exit code.
 */
exitCode: number, } | { "code": "podTrouble",
/**
 * Kubernetes' word, for example `ImagePullBackOff`.
 */
reason: string,
/**
 * The cluster's sentence. May be empty.
 */
message: string, } | { "code": "workloadTrouble",
/**
 * The condition's reason, for example `ProgressDeadlineExceeded`.
 */
reason: string,
/**
 * The cluster's sentence. May be empty.
 */
message: string, } | { "code": "podsReady",
/**
 * How many.
 */
count: number,
/**
 * Of which version.
 */
version: string,
/**
 * How long it took in seconds.
 */
seconds: number, } | { "code": "podsRestarted",
/**
 * How many.
 */
count: number,
/**
 * Of how many.
 */
of: number, } | { "code": "stepRestoreTemplate",
/**
 * Which version.
 */
version: string, } | { "code": "stepOldServesAll",
/**
 * Which version.
 */
version: string, } | { "code": "stepNewGone",
/**
 * Which version.
 */
version: string, } | { "code": "stepRestoreFields" } | { "code": "podsReadyOf",
/**
 * Ready.
 */
ready: number,
/**
 * Wanted.
 */
wanted: number, } | { "code": "actWent",
/**
 * How far.
 */
status: ActStatus,
/**
 * Since it was asked, in milliseconds.
 */
afterMs: number, } | { "code": "contactChanged",
/**
 * To what.
 */
state: ContactState, } | { "code": "scenarioBegan",
/**
 * Its id.
 */
scenario: string, } | { "code": "gatePassed",
/**
 * Which.
 */
gate: Gate, } | { "code": "waitController" } | { "code": "waitPodsReady",
/**
 * Ready.
 */
ready: number,
/**
 * Wanted.
 */
wanted: number, } | { "code": "waitPodsGone",
/**
 * How many are left.
 */
left: number, } | { "code": "waitNoReplicas" } | { "code": "waitPaused" } | { "code": "waitContact" } | { "code": "waitSignals" } | { "code": "waitRecord",
/**
 * Why.
 */
message: string, } | { "code": "waitGate",
/**
 * Which.
 */
gate: Gate, } | { "code": "gatePods",
/**
 * Ready.
 */
ready: number,
/**
 * Wanted in this phase; 0 before there is a ReplicaSet.
 */
wanted: number,
/**
 * Which version.
 */
version: string, } | { "code": "gatePodsFail",
/**
 * How many.
 */
failing: number,
/**
 * Of how many.
 */
wanted: number,
/**
 * Which version.
 */
version: string,
/**
 * Kubernetes' word for the first of them.
 */
reason: string, } | { "code": "judged",
/**
 * The sentence.
 */
sentence: Sentence,
/**
 * How far the required signals are on the way to a verdict, 0 to 1.
 */
evidence: number, } | { "code": "gateNoVerdict" } | { "code": "gateApproved",
/**
 * Who.
 */
by: string,
/**
 * Why; may be empty.
 */
reason: string,
/**
 * When.
 */
at: Timestamp, } | { "code": "gateAsksPerson" } | { "code": "gateNotAsked",
/**
 * Whether it never will be.
 */
over: boolean, } | { "code": "gateSkipped",
/**
 * Who.
 */
by: string,
/**
 * Why; may be empty.
 */
reason: string, } | { "code": "gatePromoted",
/**
 * Who.
 */
by: string,
/**
 * Why; may be empty.
 */
reason: string, };

/**
 * One sample, in the unit of the signal's `spec`.
 */
export type Sample = {
/**
 * When.
 */
at: Timestamp,
/**
 * What; `None` is a gap (no data), never a zero.
 */
value: number | null,
/**
 * Lower end of the interval, where one is known.
 */
low: number | null,
/**
 * Upper end of the interval, where one is known.
 */
high: number | null, };

/**
 * Something that the practice cluster can make happen.
 */
export type Scenario = {
/**
 * Stable; the window has the words for those it knows.
 */
id: string,
/**
 * In English, for those it does not know.
 */
title: string,
/**
 * The application it is about.
 */
application: string,
/**
 * The environment it is about.
 */
environment: string, };

/**
 * Make a scenario happen.
 */
export type ScenarioRequest = {
/**
 * Its id.
 */
scenario: string, };

/**
 * Where secrets are kept.
 */
export type SecretStore = "keyring" | "memory";

/**
 * What a phase can find out about errors at the traffic of now.
 */
export type Sees = {
/**
 * The smallest rise of the error ratio (0 to 1) that it is likely to find; `None` if it has too few requests for any.
 */
rise: number | null,
/**
 * Requests a second that this rests on, both versions together.
 */
perSecond: number, };

/**
 * What one sentence about the release says; the words are the window's.
 */
export type Sentence = { "code": "failing",
/**
 * The signal's id.
 */
signal: string,
/**
 * Its reason.
 */
reason: Reason, } | { "code": "allHealthy",
/**
 * How many there are.
 */
signals: number, } | { "code": "waitingFor",
/**
 * The signal's id.
 */
signal: string,
/**
 * Its reason.
 */
reason: Reason,
/**
 * Seconds until a verdict, if that can be said.
 */
expectedSeconds: number | null,
/**
 * How many more signals a healthy verdict waits for.
 */
others: number, } | { "code": "nothingToJudge" };

/**
 * The samples of one arm.
 */
export type Series = {
/**
 * Which version.
 */
arm: Arm,
/**
 * Oldest first, aligned in time over the arms.
 */
samples: Array<Sample>, };

/**
 * Everything on the settings page.
 */
export type Settings = {
/**
 * The name in records.
 */
person: string,
/**
 * The language.
 */
language: Language,
/**
 * Light or dark.
 */
theme: Theme,
/**
 * Days to keep samples; the rest of a record is kept for good. `None` keeps all.
 */
retentionDays: number | null,
/**
 * Whether the system shows notifications.
 */
notifications: boolean,
/**
 * The metrics, one per environment.
 */
metrics: Array<EnvironmentMetrics>,
/**
 * Where secrets are kept.
 */
secretStore: SecretStore,
/**
 * Where the database is, as the user would write it.
 */
database: string,
/**
 * Its size in bytes.
 */
databaseBytes: number, };

/**
 * Change settings; `None` leaves a field as it is. Saved at once.
 */
export type SettingsRequest = {
/**
 * The name in records.
 */
person?: string,
/**
 * The language.
 */
language?: Language,
/**
 * Light or dark.
 */
theme?: Theme,
/**
 * Days to keep samples; 0 keeps all.
 */
retentionDays?: number,
/**
 * Whether the system shows notifications.
 */
notifications?: boolean, };

/**
 * A share of the workload, more than 0 % and at most 100 % when valid; kept in hundredths of a percent so that
 * comparisons are exact. Crosses the wire as percent (`12.5`).
 */
export type Share = number;

/**
 * The canary's share from a moment on.
 */
export type ShareStep = {
/**
 * From when.
 */
at: Timestamp,
/**
 * The canary's share of all serving pods.
 */
share: Share,
/**
 * Whether users were harmed then (degraded).
 */
harm: boolean, };

/**
 * What the window needs before it shows anything.
 */
export type Shell = {
/**
 * Slipway's version.
 */
version: string,
/**
 * `linux`, `macos` or `windows`; decides between ⌘ and Ctrl.
 */
platform: string,
/**
 * The local profile.
 */
person: Person,
/**
 * The language.
 */
language: Language,
/**
 * Light or dark.
 */
theme: Theme,
/**
 * Whether there is any environment; without one the window shows the first run.
 */
hasEnvironments: boolean,
/**
 * Whether the practice cluster is all there is.
 */
practiceOnly: boolean,
/**
 * Releases that go on.
 */
running: Array<RunningRelease>,
/**
 * One per environment.
 */
contacts: Array<EnvironmentContact>,
/**
 * What is wrong with the program itself, for example a database that cannot be written.
 */
trouble: Array<Failure>, };

/**
 * How much speaks for each of the two verdicts, each against what it needs: the two are different questions, so that the one
 * is not what the other lacks. Neither fraction is a probability.
 */
export type Sides = {
/**
 * For "no worse by the smallest effect worth stopping for"; none where that can never be said.
 */
healthy: Evidence | null,
/**
 * For "worse"; none where that can never be said.
 */
degraded: Evidence | null, };

/**
 * One signal with its series.
 */
export type Signal = {
/**
 * What it is and what it is held against. Its id is the one that verdicts name.
 */
spec: SignalSpec,
/**
 * The samples, stable first.
 */
series: Array<Series>,
/**
 * Why there is nothing, when reading it failed. No data without an error is an empty series.
 */
failure: Failure | null,
/**
 * Whether the newest sample was read from the pods themselves, because the new ones are young.
 */
firsthand: boolean,
/**
 * What the judge knew of it, moment by moment.
 */
course: Course, };

/**
 * What a signal measures, and with it which [`Reading`](crate::Reading) it is fed with.
 */
export type SignalKind = { "type": "errorRatio" } | { "type": "latency",
/**
 * The quantile that is shown and held against an absolute limit, in `0..1`, for example 0.99.
 */
quantile: number,
/**
 * The duration that a request should not exceed. The bucket edge next to it is always among those compared.
 */
objective: number, } | { "type": "count" } | { "type": "gauge" } | { "type": "rate" };

/**
 * One thing that is watched during a release.
 */
export type SignalSpec = {
/**
 * Unique in a plan and stable in time: `observe` and verdicts name a signal by it.
 */
id: string,
/**
 * For people.
 */
name: string,
/**
 * The unit for people: `ratio`, `s`, `restarts/pod/s`, `bytes`.
 */
unit: string,
/**
 * What it measures.
 */
kind: SignalKind,
/**
 * How much it has to say.
 */
role: Role,
/**
 * What it is held against.
 */
rule: Rule, };

/**
 * The verdict about one signal, with the numbers behind it.
 */
export type SignalVerdict = {
/**
 * The signal's id.
 */
signal: string,
/**
 * How much it has to say.
 */
role: Role,
/**
 * The verdict.
 */
verdict: Verdict,
/**
 * Why.
 */
reason: Reason,
/**
 * How far it is on the way to the nearer verdict.
 */
evidence: Evidence,
/**
 * How much speaks for either verdict; none if it is never judged, or in a record from before this was kept.
 */
sides?: Sides,
/**
 * What the canary was compared with.
 */
basis: Basis,
/**
 * The canary in this phase so far, in the signal's unit.
 */
canary: number | null,
/**
 * Stable, over the same looks.
 */
stable: number | null,
/**
 * The difference canary − stable lies in here, see `interval_of`. By the sequential method it holds at every look at
 * once; by Kayenta's judge it is the interval of a shift, and holds at one look alone.
 */
interval: [number, number] | null,
/**
 * What `interval` is in.
 */
intervalOf: IntervalOf,
/**
 * The smallest effect worth stopping for, in the interval's unit.
 */
effect: number | null,
/**
 * How much more the readings scatter than the method's plain model says: 1 if they do not. Above 1 the verdict is
 * corrected for it and no longer exact.
 */
overdispersion: number,
/**
 * Seconds until a verdict if things go on as they are.
 */
expectedSeconds: number | null,
/**
 * What the canary's own value lies in, in the signal's unit; it holds at every look at once, for independent requests.
 */
canaryInterval?: OwnInterval,
/**
 * When the canary began to be worse, if it is degraded by a comparison.
 */
began?: ChangePoint,
/**
 * Time of the newest look with data of the canary.
 */
newestMs: number | null, };

/**
 * Where a release is.
 */
export type Stage = { "stage": "planned" } | { "stage": "preflight" } | { "stage": "shifting" } | { "stage": "baking" } | { "stage": "promoting" } | { "stage": "completed" } | { "stage": "rollingBack",
/**
 * Where to.
 */
target: RollbackTarget,
/**
 * Whether a rule started it and not a person.
 */
automatic: boolean,
/**
 * When it was asked for.
 */
since: Timestamp, } | { "stage": "rolledBack" } | { "stage": "held",
/**
 * Why.
 */
reason: HoldReason,
/**
 * Where it was, and goes on.
 */
at: Active,
/**
 * Since when.
 */
since: Timestamp, } | { "stage": "refused",
/**
 * Why, in a sentence for each reason.
 */
reasons: Array<string>, };

/**
 * A value from a moment on.
 */
export type StageFrom = {
/**
 * From when.
 */
at: Timestamp,
/**
 * What it was from then on.
 */
stage: Stage,
/**
 * The phase from then on, counted from 0.
 */
phase: number, };

/**
 * Start a release. Preflight is asked again; protection is checked here.
 */
export type StartRequest = {
/**
 * What was asked before.
 */
preflight: PreflightRequest,
/**
 * Findings that the user overrides, by id.
 */
overrides: Array<string>,
/**
 * Why, seen in the record; may be empty.
 */
reason: string,
/**
 * How the person confirmed.
 */
confirmation: Confirmation, };

/**
 * A release that was made.
 */
export type Started = {
/**
 * Its id.
 */
release: string, };

/**
 * How one step of a running rollback stands.
 */
export type StepState = "pending" | "running" | "done" | "failed";

/**
 * Go on with a release that another person's Slipway drove: when that one says nothing any more, or gave it away.
 */
export type TakeOverRequest = {
/**
 * Which row.
 */
application: string,
/**
 * Which column.
 */
environment: string,
/**
 * How the person confirmed.
 */
confirmation: Confirmation, };

/**
 * Light or dark.
 */
export type Theme = "system" | "light" | "dark";

/**
 * A moment of wall-clock time in milliseconds since the Unix epoch, UTC.
 *
 * For records only: waits are measured on a monotonic clock by whoever drives the release.
 */
export type Timestamp = number;

/**
 * Where the requests go, or, without metrics, the pods.
 */
export type Traffic = {
/**
 * The canary's share of serving pods.
 */
podShare: Share,
/**
 * The canary's share of requests as measured; `None` without metrics.
 */
measuredShare: Share | null,
/**
 * Requests a second to the stable arm.
 */
stablePerSecond: number | null,
/**
 * Requests a second to the canary.
 */
canaryPerSecond: number | null, };

/**
 * Who acts here.
 */
export type UnlockRequest = {
/**
 * Which environment.
 */
environment: string,
/**
 * Why; at least ten characters. Stands in every record made while it is unlocked.
 */
reason: string, };

/**
 * Who is unlocked, and until when.
 */
export type Unlocked = {
/**
 * The environment as it is now.
 */
environment: EnvironmentTag,
/**
 * By whom.
 */
by: Person, };

/**
 * What is known about the canary.
 */
export type Verdict = "healthy" | "degraded" | "notEnoughEvidence";

/**
 * A change of a signal's verdict.
 */
export type VerdictChange = {
/**
 * When.
 */
at: Timestamp,
/**
 * What it was from then on.
 */
verdict: Verdict,
/**
 * Why, with the numbers of that moment.
 */
reason: Reason,
/**
 * How much evidence there was.
 */
evidence: Evidence, };

/**
 * What runs: the images of all containers and the hash of the pod template.
 *
 * Two versions are the same if their template hashes are; the images are there to be read.
 */
export type Version = {
/**
 * Images of all containers in the template's order, init containers first.
 */
containers: Array<ContainerImage>,
/**
 * Hash of the canonical pod template (hexadecimal); the same template gives the same hash in every cluster.
 */
templateHash: string, };

/**
 * A source that is offered.
 */
export type VersionOffer = {
/**
 * What choosing it means.
 */
source: VersionSource,
/**
 * The version it gives.
 */
version: VersionTag,
/**
 * The environment in which it serves, if it does.
 */
environment: EnvironmentTag | null,
/**
 * Since when it serves there.
 */
since: Timestamp | null, };

/**
 * Where the new version comes from.
 */
export type VersionSource = { "kind": "environment",
/**
 * Which.
 */
environment: string, } | { "kind": "images",
/**
 * Every container that changes.
 */
containers: Array<ContainerImage>, } | { "kind": "yaml",
/**
 * The text.
 */
text: string, } | { "kind": "scenario",
/**
 * Its id.
 */
scenario: string, };

/**
 * A version by its short name and all its images.
 */
export type VersionTag = {
/**
 * [`release::Version::label`].
 */
label: string,
/**
 * The version.
 */
version: Version, };

/**
 * Something that is waited for.
 */
export type WaitsFor = {
/**
 * What.
 */
said: Said,
/**
 * Since when.
 */
since: Timestamp, };

/**
 * Watch one release; [`super::Event::Live`] is pushed for it. `None` watches none.
 */
export type WatchRequest = {
/**
 * Which.
 */
release: string | null, };

/**
 * What becomes of the window.
 */
export type WindowGoes = "hidden" | "closed";

/**
 * Which direction is worse.
 */
export type Worse = "higher" | "lower";

/** Every command: its name, what it takes and what it gives. */
export interface Commands {
  "app.shell": { request: Empty; reply: Shell };
  "app.leaving": { request: Empty; reply: Array<ClosingRelease> };
  "app.leave": { request: LeaveRequest; reply: Empty };
  "environments.matrix": { request: Empty; reply: Matrix };
  "environments.cell": { request: CellRequest; reply: CellDetail };
  "environments.changes": { request: ChangesRequest; reply: Changes };
  "environments.rollBack": { request: CellRollBackRequest; reply: Started };
  "environments.match": { request: MatchApplicationRequest; reply: Matrix };
  "environments.unlock": { request: UnlockRequest; reply: Unlocked };
  "environments.lock": { request: EnvironmentIdRequest; reply: Unlocked };
  "release.draft": { request: DraftRequest; reply: Draft };
  "release.preflight": { request: PreflightRequest; reply: Preflight };
  "release.start": { request: StartRequest; reply: Started };
  "release.live": { request: ReleaseRequest; reply: LiveRelease };
  "release.watch": { request: WatchRequest; reply: Empty };
  "release.hold": { request: ReasonRequest; reply: Act };
  "release.resume": { request: ForwardRequest; reply: Act };
  "release.approve": { request: ForwardRequest; reply: Act };
  "release.skipBake": { request: ForwardRequest; reply: Act };
  "release.promote": { request: ForwardRequest; reply: Act };
  "release.rollBack": { request: RollBackRequest; reply: Act };
  "release.handOver": { request: HandOverRequest; reply: Act };
  "release.takeOver": { request: TakeOverRequest; reply: Started };
  "release.resumeAt": { request: ResumeAtRequest; reply: Started };
  "history.list": { request: HistoryFilter; reply: HistoryList };
  "history.capsule": { request: ReleaseRequest; reply: Capsule };
  "history.moment": { request: MomentRequest; reply: LiveRelease };
  "history.changes": { request: ReleaseRequest; reply: Array<ManifestDiff> };
  "history.note": { request: NoteRequest; reply: Note };
  "history.export": { request: ReleaseRequest; reply: Exported };
  "history.backUp": { request: Empty; reply: Exported };
  "connections.list": { request: Empty; reply: Connections };
  "connections.check": { request: ContextRequest; reply: Connections };
  "connections.addFile": { request: KubeconfigRequest; reply: Connections };
  "connections.removeFile": { request: KubeconfigRequest; reply: Connections };
  "connections.saveEnvironment": { request: EnvironmentRequest; reply: Connections };
  "connections.removeEnvironment": { request: EnvironmentIdRequest; reply: Connections };
  "practice.set": { request: PracticeRequest; reply: Connections };
  "practice.scenario": { request: ScenarioRequest; reply: Empty };
  "settings.read": { request: Empty; reply: Settings };
  "settings.write": { request: SettingsRequest; reply: Settings };
  "settings.metrics": { request: MetricsRequest; reply: Settings };
  "settings.testMetrics": { request: EnvironmentIdRequest; reply: MetricsTest };
  "settings.diagnostics": { request: Empty; reply: Diagnostics };
}
