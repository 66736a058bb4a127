import type { Connections, ContextRow, Settings } from '../generated/view';
import { development, production, staging } from './checkout';
import type { MatrixScript } from './matrix';
import { productionUs } from './matrix';

/** How the connections are told. */
export interface SetupScript {
  /** No kubeconfig at all. */
  noFiles?: boolean;
  /** No environment yet. */
  first?: boolean;
}

/** Files, contexts and the practice cluster of the story. */
export function connections(matrix: MatrixScript, script: SetupScript): Connections {
  const row = (name: string, more: Partial<ContextRow>): ContextRow => ({
    name,
    file: '~/.kube/config',
    server: `https://${name}.clusters.shop.example:6443`,
    namespace: 'shop',
    namespaces: ['default', 'money', 'platform', 'shop'],
    state: {
      kind: 'answers',
      serverVersion: 'v1.36.3',
      tookMs: 12,
      user: 'mei@shop.example',
      mayListNamespaces: true,
    },
    danger: 'development',
    dangerSet: false,
    environments: [],
    ...more,
  });
  const contexts = [
    row('kind-dev', { environments: [development] }),
    row('stg-eu1', {
      danger: 'staging',
      environments: [staging],
      state: { kind: 'answers', serverVersion: 'v1.35.1', tookMs: 38, user: 'mei', mayListNamespaces: true },
    }),
    row('prod-eu1', {
      danger: 'production',
      environments: [production],
      state: { kind: 'answers', serverVersion: 'v1.35.1', tookMs: 41, user: 'mei', mayListNamespaces: false },
    }),
    row('prod-us1', {
      danger: 'production',
      environments: [productionUs(matrix)],
      state: {
        kind: 'failed',
        failure: {
          code: 'cluster.sign-in-expired',
          message: 'Sign-in expired',
          hint: 'Run aws sso login, then check again.',
        },
      },
    }),
  ];
  return {
    files: script.noFiles
      ? []
      : [
          { path: '~/.kube/config', added: false, failure: null, contexts: 4 },
          ...(script.first
            ? []
            : [
                {
                  path: '~/clusters/old-cluster.yaml',
                  added: true,
                  failure: {
                    code: 'kubeconfig.unreadable',
                    message: 'The file is not there any more.',
                    hint: 'Put it back, or forget it here.',
                  },
                  contexts: 0,
                },
              ]),
        ],
    contexts: script.noFiles ? [] : contexts.map((one) => (script.first ? { ...one, environments: [] } : one)),
    practice: {
      on: false,
      environments: 3,
      applications: 6,
      acceleration: 1,
      scenarios: ['checkout', 'catalog', 'payments'].flatMap((application) =>
        [
          ['healthy', 'A good version'],
          ['error_spike', 'Errors after a while'],
          ['slow_latency', 'Slow answers'],
        ].map(([id, title]) => ({
          id: `production/${application}/${id}`,
          title: title ?? '',
          application,
          environment: 'production',
        })),
      ),
    },
  };
}

/** The settings of the story. */
export function settings(matrix: MatrixScript): Settings {
  return {
    person: 'Mei Lin',
    language: 'en',
    theme: 'system',
    retentionDays: 90,
    notifications: true,
    metrics: [
      {
        environment: development,
        source: { kind: 'none' },
        preset: 'clientLibraries',
        queries: [],
        readPods: true,
        hasSecret: false,
      },
      {
        environment: staging,
        source: { kind: 'automatic', found: 'monitoring/prometheus:9090' },
        preset: 'openTelemetryHttp',
        queries: [],
        readPods: true,
        hasSecret: false,
      },
      {
        environment: production,
        source: { kind: 'service', namespace: 'monitoring', service: 'prometheus', port: '9090' },
        preset: 'openTelemetryHttp',
        queries: [],
        readPods: true,
        hasSecret: false,
      },
      {
        environment: productionUs(matrix),
        source: { kind: 'url', url: 'https://prometheus.us.shop.example' },
        preset: 'openTelemetryHttp',
        queries: [],
        readPods: true,
        hasSecret: true,
      },
    ],
    secretStore: 'keyring',
    database: '~/.local/share/slipway/slipway.db',
    databaseBytes: 48_300_000,
  };
}
