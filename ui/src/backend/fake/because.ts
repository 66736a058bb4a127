import type { Failure, Gate, Said, WaitsFor } from '../generated/view';
import { after, jonas, startedAt } from './checkout';

/** What a gate of the story rests on. */
export function gateBecause(
  gate: Gate,
  phase: number,
  at: { started: boolean; passed: boolean; failed: boolean },
): Said {
  if (!at.started) return { code: 'gateNotAsked', over: at.failed };
  const wanted = [1, 3, 6, 12][phase] ?? 1;
  switch (gate) {
    case 'readiness':
      return { code: 'gatePods', ready: wanted, wanted, version: after.label };
    case 'approval':
      return at.passed
        ? { code: 'gateApproved', by: jonas.name, reason: 'CPU is calm', at: startedAt + 1_400_000 }
        : { code: 'gateAsksPerson' };
    case 'verdict':
      if (at.passed) return { code: 'judged', sentence: { code: 'allHealthy', signals: 3 }, evidence: 1 };
      return at.failed
        ? {
            code: 'judged',
            sentence: {
              code: 'failing',
              signal: 'errors',
              reason: { code: 'overLimit', value: 0.041, limit: 0.005, seconds: 41 },
            },
            evidence: 1,
          }
        : {
            code: 'judged',
            sentence: {
              code: 'waitingFor',
              signal: 'errors',
              reason: { code: 'collecting', have: 5600, need: 9000 },
              expectedSeconds: 130,
              others: 1,
            },
            evidence: 0.62,
          };
  }
}

/** What is wrong with the sources, by signal, where the story has no samples. */
export const sourceTroubles: Record<string, Failure> = {
  errors: {
    code: 'telemetry-server-error',
    message: 'Prometheus answered with HTTP 500: query processing would load too many samples.',
    hint: "Look at Prometheus' own log. Nothing is judged until it answers again.",
  },
  'latency-p95': {
    code: 'telemetry-not-prometheus',
    message: 'What answers at https://metrics.shop.example is no Prometheus: text/html.',
    hint: 'Check address and path; a sign-in page may stand before Prometheus.',
  },
  cpu: {
    code: 'signal-silent',
    message: 'No samples come any more. Without samples this signal passes nothing.',
    hint: 'Look at the target in Prometheus.',
  },
};

/** What is waited for then. */
export function waitsOf(now: number): WaitsFor[] {
  return [
    { said: { code: 'waitPodsReady', ready: 2, wanted: 3 }, since: now - 42_000 },
    { said: { code: 'waitSignals' }, since: now - 95_000 },
  ];
}
