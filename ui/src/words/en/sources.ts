/** What is wrong with a source of health data, by the code of the failure, and what to do. Others say it themselves. */
export const sources: {
  trouble: Record<string, { what: string; todo: string }>;
  means: string;
} = {
  means: 'Nothing is judged by it meanwhile: it passes no gate and raises no alarm.',
  trouble: {
    'telemetry-no-source': { what: 'There is no source of health data', todo: 'Choose one in Settings.' },
    'telemetry-bad-address': { what: 'The address of Prometheus is wrong', todo: 'Correct it in Settings.' },
    'telemetry-timeout': {
      what: 'Prometheus does not answer in time',
      todo: 'Is it overloaded? Are network and VPN up?',
    },
    'telemetry-unreachable': { what: 'Prometheus cannot be reached', todo: 'Check address, VPN and proxy.' },
    'telemetry-denied': { what: 'Prometheus refuses the sign-in', todo: 'Renew the password or token in Settings.' },
    'telemetry-server-error': { what: 'Prometheus answers with an error (HTTP 5xx)', todo: 'Look at its own log.' },
    'telemetry-not-prometheus': {
      what: 'What answers is no Prometheus: it sends a web page',
      todo: 'A sign-in page may stand before it; check address and path.',
    },
    'telemetry-query-refused': { what: 'Prometheus refuses the query', todo: 'Correct the query in Settings.' },
    'telemetry-unreadable': { what: 'The answer cannot be read', todo: 'Check which version answers there.' },
    'telemetry-too-many-series': {
      what: 'The query finds too many series',
      todo: 'Drop labels with many values, or write a narrower query.',
    },
    'telemetry-too-large': { what: 'The answer is too large', todo: 'Write a query that finds less.' },
    'telemetry-several-values': { what: 'The query gives several numbers', todo: 'Put sum, avg or max around it.' },
    'telemetry-unknown-placeholder': {
      what: 'The query has a placeholder that is not known',
      todo: 'Correct the query.',
    },
    'telemetry-no-query': {
      what: 'No metric of these pods fits this signal',
      todo: 'Choose a preset or write a query.',
    },
    'telemetry-wrong-kind': {
      what: 'The query is of another kind than this signal',
      todo: 'Correct the query in Settings.',
    },
    'telemetry-pods-forbidden': { what: 'The pods may not be listed', todo: 'Ask for list on pods in this namespace.' },
    'telemetry-no-pods': {
      what: 'No Ready pod names a port for its metrics',
      todo: 'Name it in the pod template: prometheus.io/port, or a port called metrics.',
    },
    'telemetry-no-page': {
      what: 'The pods do not tell their metrics',
      todo: 'Is get on pods/proxy allowed, and is the page at /metrics?',
    },
    'telemetry-needs-prometheus': {
      what: 'Only a Prometheus can work this out',
      todo: 'Connect one in Settings, or use a signal that is read from counters.',
    },
    'signal-empty': {
      what: 'The query finds nothing, or no number (NaN)',
      todo: 'Are these pods scraped, with the labels that the query names?',
    },
    'signal-silent': { what: 'No samples come any more', todo: 'Are these pods still scraped? Look at the target.' },
  },
};
