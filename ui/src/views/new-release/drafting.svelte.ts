import { failureOf } from '../../backend/backend';
import type {
  Draft,
  Failure,
  Finding,
  Plan,
  Preflight,
  PreflightRequest,
  Share,
  VersionSource,
} from '../../backend/generated/view';
import { isPossible } from '../../domain/planEditing';
import type { Session } from '../../domain/session.svelte';

/** Where the new version is taken from: an offer by its place in the list, or written by hand. */
export type Origin = `offer-${number}` | 'images' | 'yaml';

/** Why the start is off; `null` where it is not. */
export type OffReason = 'pick' | 'running' | 'failed' | 'asking' | 'plan' | 'share' | 'finding' | 'override';

/** What a person has written, kept while the window is open. */
interface Kept {
  plan: Plan;
  /** By hand, or the offer's own source: the list of offers may have changed when one comes back. */
  from: 'images' | 'yaml' | VersionSource | null;
  images: Record<string, string>;
  yaml: string;
  reason: string;
}

const kept: Record<string, Kept> = {};

/** A release that is being drafted for one application in one environment. */
export class Drafting {
  readonly application: string;
  readonly environment: string;
  draft = $state.raw<Draft | null>(null);
  failure = $state.raw<Failure | null>(null);
  plan = $state.raw<Plan | null>(null);
  origin = $state<Origin | null>(null);
  /** Images that were changed, by container. */
  images = $state<Record<string, string>>({});
  yaml = $state('');
  reason = $state('');
  /** Findings that the person accepts, by id. */
  overrides = $state<string[]>([]);
  preflight = $state.raw<Preflight | null>(null);
  preflightFailure = $state.raw<Failure | null>(null);
  asking = $state(false);
  starting = $state(false);
  refusal = $state.raw<Failure | null>(null);
  /** Surge limit of the plan that the possible shares were told for. */
  #sharesFor: Share | null = null;
  #answered = $state('');
  #question = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;
  readonly #session: Session;
  readonly #restMs: number;

  constructor(session: Session, application: string, environment: string, restMs = 350) {
    this.#session = session;
    this.application = application;
    this.environment = environment;
    this.#restMs = restMs;
  }

  /** Reads what the page starts with. `from` is the environment whose version is wanted. */
  async begin(from: string | undefined): Promise<void> {
    const { application, environment } = this;
    try {
      const draft = await this.#session.call('release.draft', { application, environment });
      if (this.#ended) return;
      this.draft = draft;
      this.#sharesFor = draft.plan.surgeLimit;
      const memory = kept[this.#key];
      this.plan = memory?.plan ?? draft.plan;
      this.images = memory?.images ?? {};
      this.yaml = memory?.yaml ?? draft.currentYaml;
      this.reason = memory?.reason ?? '';
      const wanted = draft.offers.findIndex(
        (offer) => offer.source.kind === 'environment' && offer.source.environment === from,
      );
      const likeliest = draft.offers.findIndex((offer) => offer.version.label !== draft.current.label);
      this.origin =
        wanted >= 0
          ? `offer-${wanted}`
          : (this.#remembered(memory, draft) ?? (likeliest >= 0 ? `offer-${likeliest}` : null));
      this.ask(0);
    } catch (thrown) {
      this.failure = failureOf(thrown);
    }
  }

  /** Keeps the draft and stops asking. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    if (this.plan && this.draft && !this.starting) {
      kept[this.#key] = {
        plan: this.plan,
        from: this.origin === 'images' || this.origin === 'yaml' ? this.origin : this.source,
        images: { ...this.images },
        yaml: this.yaml,
        reason: this.reason,
      };
    }
  }

  /** Back to what the page started with. */
  discard(): void {
    delete kept[this.#key];
    const { draft } = this;
    if (!draft) return;
    this.plan = draft.plan;
    this.images = {};
    this.yaml = draft.currentYaml;
    this.reason = '';
    this.overrides = [];
    const likeliest = draft.offers.findIndex((offer) => offer.version.label !== draft.current.label);
    this.origin = likeliest >= 0 ? `offer-${likeliest}` : null;
    this.ask(0);
  }

  /** The source as the backend takes it; `null` while nothing new is chosen. */
  readonly source = $derived.by((): VersionSource | null => {
    const { draft, origin } = this;
    if (!draft || origin === null) return null;
    if (origin === 'images') {
      const containers = draft.current.version.containers
        .map((one) => ({ ...one, image: (this.images[one.container] ?? one.image).trim() }))
        .filter((one, index) => one.image !== '' && one.image !== draft.current.version.containers[index]?.image);
      return containers.length > 0 ? { kind: 'images', containers } : null;
    }
    if (origin === 'yaml') {
      return this.yaml.trim() === draft.currentYaml.trim() ? null : { kind: 'yaml', text: this.yaml };
    }
    return draft.offers[Number(origin.slice('offer-'.length))]?.source ?? null;
  });

  /** What preflight is asked; `null` while there is nothing to ask. */
  readonly request = $derived.by((): PreflightRequest | null => {
    const { application, environment, plan, source } = this;
    return plan && source ? { application, environment, source, plan } : null;
  });

  /** Whether what preflight said holds for what stands on the page now. */
  readonly fresh = $derived(
    this.preflight !== null && this.request !== null && this.#answered === JSON.stringify(this.request),
  );

  /** Shares that the pods can express with this surge limit; empty where that is not known. */
  readonly possible = $derived.by((): Share[] => {
    if (!this.draft || this.plan?.surgeLimit !== this.#sharesFor) return [];
    const shares = this.draft.possibleShares;
    return shares.includes(100) ? shares : [...shares, 100];
  });

  /** Findings, failures first. */
  readonly findings = $derived<Finding[]>(this.source === null ? [] : (this.preflight?.findings ?? []));

  /** Why the start is off. A finding that fails always stops it; one that may be overridden only until it is. */
  readonly off = $derived.by((): OffReason | null => {
    if (this.starting) return 'running';
    if (this.request === null) return 'pick';
    if (this.preflightFailure) return 'failed';
    const { preflight } = this;
    if (!preflight || !this.fresh || this.asking) return 'asking';
    if (preflight.problems.length > 0) return 'plan';
    if (preflight.pods.some((one) => !one.possible)) return 'share';
    if (this.plan?.phases.some((phase) => !isPossible(phase.share, this.possible))) return 'share';
    if (preflight.version === null) return 'pick';
    const failed = preflight.findings.filter((one) => one.check.state === 'failed');
    if (failed.some((one) => !one.canOverride)) return 'finding';
    if (failed.some((one) => !this.overrides.includes(one.id))) return 'override';
    if (preflight.findings.some((one) => one.check.state === 'running')) return 'asking';
    return preflight.mayStart ? null : 'finding';
  });

  /** Takes another version. What was accepted before does not hold for it. */
  choose(origin: Origin): void {
    this.origin = origin;
    this.overrides = [];
    this.ask(0);
  }

  /** Takes a changed plan. */
  change(plan: Plan): void {
    this.plan = plan;
    this.ask();
  }

  /** Accepts a finding, or takes that back. */
  override(id: string, on: boolean): void {
    this.overrides = on
      ? [...this.overrides.filter((one) => one !== id), id]
      : this.overrides.filter((one) => one !== id);
  }

  /** Asks preflight as soon as changing rests; only the newest answer counts. */
  ask(afterMs = this.#restMs): void {
    clearTimeout(this.#timer);
    const question = ++this.#question;
    this.preflightFailure = null;
    if (!this.request) {
      this.asking = false;
      return;
    }
    this.asking = true;
    this.#timer = setTimeout(() => void this.#ask(question), afterMs);
  }

  async #ask(question: number): Promise<void> {
    const { request } = this;
    if (!request) return;
    const key = JSON.stringify(request);
    try {
      const preflight = await this.#session.call('release.preflight', request);
      if (this.#ended || question !== this.#question) return;
      this.preflight = preflight;
      this.#answered = key;
      this.asking = false;
      // Checks that still run tick in later.
      if (preflight.findings.some((one) => one.check.state === 'running')) {
        this.#timer = setTimeout(() => void this.#ask(question), 1000);
      }
    } catch (thrown) {
      if (this.#ended || question !== this.#question) return;
      this.preflightFailure = failureOf(thrown);
      this.asking = false;
    }
  }

  /** Begins the release. Gives its id, or `null` where it was refused. */
  async start(heldMs: number): Promise<string | null> {
    const { request, preflight } = this;
    if (this.off !== null || !request || !preflight) return null;
    this.starting = true;
    this.refusal = null;
    const failed = preflight.findings.filter((one) => one.check.state === 'failed').map((one) => one.id);
    try {
      const { release } = await this.#session.call('release.start', {
        preflight: request,
        overrides: this.overrides.filter((id) => failed.includes(id)),
        reason: this.reason.trim(),
        confirmation: { heldMs },
      });
      delete kept[this.#key];
      return release;
    } catch (thrown) {
      this.starting = false;
      this.refusal = failureOf(thrown);
      return null;
    }
  }

  #remembered(memory: Kept | undefined, draft: Draft): Origin | null {
    if (!memory?.from) return null;
    if (memory.from === 'images' || memory.from === 'yaml') return memory.from;
    const wanted = JSON.stringify(memory.from);
    const at = draft.offers.findIndex((offer) => JSON.stringify(offer.source) === wanted);
    return at >= 0 ? `offer-${at}` : null;
  }

  get #key(): string {
    return `${this.environment}\n${this.application}`;
  }
}
