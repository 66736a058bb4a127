import type { PagesTest } from '../../backend/generated/view';

export const settings = {
  title: 'Settings',
  saved: 'Saved',
  savedAtOnce: 'Every change is saved at once',

  metrics: {
    title: 'Health data',
    text: 'Where Slipway reads the signals that a verdict rests on, for each environment.',
    none: 'No environment yet',
    source: 'Source',
    sources: {
      none: 'None',
      automatic: 'Find in cluster',
      service: 'Service',
      url: 'Address',
      pods: 'Pods',
      practice: 'Practice',
    },
    noneText: 'Without health data, readiness and a person judge.',
    found: (where: string) => `Found ${where}`,
    notFound: 'No Prometheus found in this cluster: the pods themselves are read',
    podsText:
      'No Prometheus is needed: Slipway reads the pods’ /metrics itself, every five seconds while a release is prepared or runs. What was before is not known. Needs get on pods/proxy.',
    practiceText: 'The practice cluster measures itself.',
    namespace: 'Namespace',
    service: 'Service',
    port: 'Port',
    url: 'Address',
    urlHint: 'https://prometheus.example:9090',
    preset: 'Queries',
    presets: {
      automatic: 'Automatic',
      openTelemetryHttp: 'OpenTelemetry HTTP',
      clientLibraries: 'Client libraries',
      istio: 'Istio sidecar',
      vllm: 'vLLM',
      triton: 'Triton',
      kserve: 'KServe',
      custom: 'Own queries',
    },
    presetText: {
      automatic: 'Whichever of them the pods have. NGINX and Traefik cannot tell the versions’ pods apart.',
      openTelemetryHttp: 'http_server_request_duration_seconds, as the semantic conventions have it',
      clientLibraries: 'http_requests_total and http_request_duration_seconds',
      istio: 'istio_requests_total and istio_request_duration_milliseconds, as the pod’s sidecar reports them',
      vllm: 'Errors, first token, next token, refusals, queue, cache and tokens, from vllm:…',
      triton: 'Errors, first response, refusals and queue, from nv_inference_…',
      kserve: 'request_predict_seconds; KServe’s own servers count no failures',
      custom: 'Your own queries, one per signal',
    },
    newPods: 'New pods',
    readPods: { on: 'Read directly', off: 'From Prometheus alone' },
    readPodsText: 'Their /metrics each second for two minutes; get on pods/proxy',
    readPodsWhy:
      'For their first two minutes Slipway reads a new pod’s /metrics itself, each second: a Prometheus meets it late. Needs get on pods/proxy.',
    queries: 'Own queries',
    queriesText:
      '{arm} stands for the labels that tell the new version from the current one. Error rates, counts and predictions are read from counters: give the selector, without rate().',
    addQuery: 'Query',
    removeQuery: 'Remove',
    query: (signal: string) => `PromQL of ${signal}`,
    bad: (signal: string) => `Counter of what failed, of ${signal}`,
    total: (signal: string) => `Counter of everything that was tried, of ${signal}`,
    predictions: (signal: string) => `Counter of predictions with the labels predicted and actual, of ${signal}`,
    quality: 'What is asked of predictions',
    qualities: { accuracy: 'Accuracy', precision: 'Precision', recall: 'Recall', f1: 'F1' },
    against: 'Held against',
    againsts: { stable: 'Current version', itself: 'Its own course' },
    itselfText:
      'Weaker: finds a change within a phase and holds nothing back; 1% of releases without a change raise it.',
    signal: 'Signal',
    signalName: 'Name',
    limit: 'Limit',
    kinds: {
      errorRatio: 'Error rate',
      gauge: 'Gauge',
      rate: 'Rate',
      count: 'Count',
      latency: 'Latency',
      labels: 'Predictions',
    },
    kind: 'Kind',
    save: 'Save',
    unsaved: 'Not saved yet: fill in every field',
    secret: 'Credentials',
    secretKept: 'Kept in the system’s keyring',
    secretMemory: 'Kept in memory until Slipway is closed: there is no keyring',
    noSecret: 'None',
    setSecret: 'Set…',
    forgetSecret: 'Forget',
    secretTitle: (environment: string) => `Credentials for ${environment}`,
    secretText: 'They go to the system’s keyring and are never shown again.',
    secretTextMemory: 'There is no keyring, so they are kept in memory until Slipway is closed.',
    secretKinds: { bearer: 'Token', basic: 'Name and password' },
    secretKind: 'Kind',
    token: 'Token',
    user: 'Name',
    password: 'Password',
    saveSecret: 'Keep credentials',
    keepNone: 'Leave as it is',
    test: 'Test connection',
    testing: 'Being tested',
    works: (ms: string) => `Answers in ${ms} ms`,
    failed: 'The test failed',
    series: (count: number) => (count === 1 ? '1 series' : `${count} series`),
    pagesTest: (test: PagesTest): string => {
      switch (test.kind) {
        case 'works':
          return 'tell their metrics: a new version is seen within seconds';
        case 'refused':
          return test.status === 403
            ? 'may not be read: that needs get on pods/proxy. Prometheus alone is asked.'
            : `answer HTTP ${test.status}. Prometheus alone is asked.`;
        case 'silent':
          return 'do not answer. Prometheus alone is asked.';
        case 'noPods':
          return 'nothing to test with: no pod is Ready';
        case 'noPort':
          return 'Prometheus does not say at which port they tell their metrics (label instance). It alone is asked.';
        default:
          return 'do not tell these series themselves. Prometheus alone is asked.';
      }
    },
    noSeries: 'no series',
  },
  protection: {
    title: 'Protection',
    text: 'What it takes to go forward. Rolling back is one click in every environment.',
    practice: 'The practice cluster is always open.',
    of: (environment: string) => `Protection of ${environment}`,
    unlockFirst: 'Unlock it first: going from locked to less needs an unlocked environment.',
  },
  appearance: {
    title: 'Appearance',
    language: 'Language',
    languages: { system: 'As in the system', en: 'English', 'zh-CN': '简体中文' },
    theme: 'Theme',
    themes: { system: 'As in the system', light: 'Light', dark: 'Dark' },
  },
  person: {
    title: 'You',
    name: 'Name in records',
    nameNeeded: 'A record needs a name',
  },
  history: {
    title: 'History',
    retention: 'Keep samples for',
    retentionText: 'What happened, and why, is kept for good. Only the measured samples are let go.',
    days: { '30': '30 days', '90': '90 days', '365': '1 year', '0': 'Always' },
    database: 'Database',
    size: 'Size',
    backUp: 'Backup',
    backUpText: 'The whole record in one file, written while releases go on.',
    backUpNow: 'Back up now',
    backedUp: (path: string) => `Backed up to ${path}`,
  },
  notifications: {
    title: 'Notifications',
    label: 'System notifications',
    text: 'A verdict that turns, a hold, a rollback and a finished release.',
    options: { on: 'On', off: 'Off' },
  },
  diagnostics: {
    title: 'Diagnostics',
    text: 'What to send with a bug report. No secrets and no literal environment values are in it.',
    copy: 'Copy diagnostics',
    copied: 'Diagnostics copied',
    failed: 'The clipboard cannot be used. Select the text and copy it by hand.',
    version: (version: string) => `Slipway ${version}`,
    shown: 'Diagnostics',
  },
};
