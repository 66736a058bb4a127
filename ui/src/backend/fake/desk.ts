import { BackendError } from '../backend';
import type { Connections, Settings, Unlocked } from '../generated/view';
import { draft, preflight, type DraftScript } from './draft';
import type { FakeBackend } from './fake';
import { cellDetail, changes, matrix, productionUs, type MatrixScript } from './matrix';
import { connections, settings, type SetupScript } from './setup';
import { mei } from './checkout';

/** How the screens around a release are told. */
export interface DeskScript extends DraftScript, SetupScript {
  matrix: Omit<MatrixScript, 'now'>;
}

/** Answers everything that is not about one running release: matrix, drafts, connections and settings. */
export class Desk {
  readonly script: DeskScript;
  readonly #clock: () => number;
  #connections: Connections;
  #settings: Settings;

  constructor(backend: FakeBackend, clock: () => number, script: DeskScript = { matrix: {} }) {
    this.script = script;
    this.#clock = clock;
    this.#connections = connections(this.#matrix(), script);
    this.#settings = settings(this.#matrix());
    const tell = (): void => backend.push({ kind: 'matrix', matrix: matrix(this.#matrix()) });

    backend.answer('environments.matrix', () => matrix(this.#matrix()));
    backend.answer('environments.cell', ({ application, environment }) => {
      const detail = cellDetail(this.#matrix(), application, environment);
      if (detail) return detail;
      throw new BackendError({ code: 'cell.unknown', message: 'Nothing is known about this place.', hint: '' });
    });
    backend.answer('environments.changes', ({ application, environment }) =>
      changes(this.#matrix(), application, environment),
    );
    backend.answer('environments.rollBack', () => ({ release: 'R-1284' }));
    backend.answer('environments.match', () => matrix(this.#matrix()));
    backend.answer('environments.unlock', () => {
      this.script.matrix.unlockedUntil = clock() + 30 * 60_000;
      tell();
      return this.#unlocked();
    });
    backend.answer('environments.lock', () => {
      delete this.script.matrix.unlockedUntil;
      tell();
      return this.#unlocked();
    });

    backend.answer('release.draft', ({ application, environment }) =>
      draft(this.#matrix(), this.script, application, environment),
    );
    backend.answer('release.preflight', (request) => preflight(this.#matrix(), this.script, request));
    backend.answer('release.start', () => ({ release: 'R-1284' }));

    backend.answer('connections.list', () => this.#connections);
    backend.answer('connections.check', () => this.#connections);
    backend.answer('connections.addFile', () => this.#connections);
    backend.answer('connections.removeFile', ({ path }) => {
      const files = this.#connections.files.filter((file) => file.path !== path);
      return (this.#connections = { ...this.#connections, files });
    });
    backend.answer('connections.saveEnvironment', (request) => {
      const tag = {
        id: request.id ?? request.name,
        name: request.name,
        danger: request.danger,
        protection: request.protection,
      };
      const contexts = this.#connections.contexts.map((row) =>
        row.name === request.context
          ? { ...row, environments: [...row.environments.filter((one) => one.id !== tag.id), tag] }
          : row,
      );
      this.script.first = false;
      return (this.#connections = { ...this.#connections, contexts });
    });
    backend.answer('connections.removeEnvironment', ({ environment }) => {
      const contexts = this.#connections.contexts.map((row) => ({
        ...row,
        environments: row.environments.filter((one) => one.id !== environment),
      }));
      return (this.#connections = { ...this.#connections, contexts });
    });
    backend.answer('practice.set', ({ on, acceleration }) => {
      const practice = this.#connections.practice;
      this.script.first = false;
      return (this.#connections = {
        ...this.#connections,
        practice: { ...practice, on, acceleration: acceleration ?? practice.acceleration },
      });
    });
    backend.answer('practice.scenario', () => ({}));

    backend.answer('settings.read', () => this.#settings);
    backend.answer('settings.write', (change) => {
      const { retentionDays, ...rest } = change;
      this.#settings = { ...this.#settings, ...rest };
      if (retentionDays !== undefined) this.#settings.retentionDays = retentionDays === 0 ? null : retentionDays;
      return this.#settings;
    });
    backend.answer('settings.metrics', ({ environment, secret, ...rest }) => {
      const metrics = this.#settings.metrics.map((one) =>
        one.environment.id === environment
          ? { ...one, ...rest, hasSecret: secret === null ? one.hasSecret : secret.kind !== 'forget' }
          : one,
      );
      return (this.#settings = { ...this.#settings, metrics });
    });
    backend.answer('settings.testMetrics', ({ environment }) =>
      environment === 'production-us'
        ? {
            tookMs: null,
            signals: [],
            newPods: null,
            failure: {
              code: 'telemetry.unreachable',
              message: 'prometheus.us.shop.example does not answer.',
              hint: 'Check the address, or read it through the cluster as a Service.',
            },
          }
        : {
            tookMs: 23,
            signals: [
              { signal: 'errors', series: 12, failure: null },
              { signal: 'latency-p95', series: 12, failure: null },
              { signal: 'requests', series: 12, failure: null },
              { signal: 'cpu', series: 0, failure: null },
            ],
            newPods: { kind: 'works', signals: ['errors', 'latency-p95'] },
            failure: null,
          },
    );
    backend.answer('settings.diagnostics', () => ({ text: 'Slipway 0.1.0\nlinux\n4 environments\n' }));
  }

  /** What the frame shows of the settings. */
  get settings(): Settings {
    return this.#settings;
  }

  #matrix(): MatrixScript {
    return { now: this.#clock(), ...this.script.matrix };
  }

  #unlocked(): Unlocked {
    return { environment: productionUs(this.#matrix()), by: mei };
  }
}
