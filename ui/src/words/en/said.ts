import type { SaidWords } from '../facts';
import { clock, duration, measured, percent } from '../format';
import { plural } from './plural';
import { sources } from './sources';

const seconds = (value: number): string => duration('en', value);

/** What Kubernetes' words mean; others stand as they are. */
const troubles: Record<string, string> = {
  OOMKilled: 'Killed: out of memory',
  CrashLoopBackOff: 'Crashes again and again',
  ImagePullBackOff: 'The image cannot be pulled',
  ErrImagePull: 'The image cannot be pulled',
  InvalidImageName: 'The image has no valid name',
  CreateContainerConfigError: 'A ConfigMap or Secret is missing',
  Unschedulable: 'No node has room for it',
  Evicted: 'Evicted from its node',
  Error: 'Ended with an error',
  ProgressDeadlineExceeded: 'The rollout made no progress in time',
  MinimumReplicasUnavailable: 'Too few pods are available',
  FailedCreate: 'Pods cannot be created',
};
const withMessage = (words: string, message: string): string => (message ? `${words}: ${message}` : words);
const quoted = (by: string, reason: string): string => (reason ? `${by}: “${reason}”` : by);

export const said: SaidWords = {
  verbatim: (f) => f.text,

  podsWarm: (f) => `${plural(f.count, 'pod')} of ${f.version} still warm`,
  podsMustStart: (f) => `${plural(f.count, 'pod')} of ${f.version} must start first`,
  targetKnown: (f) => `${f.version} is known and complete`,
  targetFromRecord: (f) => `${f.version} comes from this computer's record`,
  noTarget: () => 'No version before this one is known',
  dryRunPassed: () => 'The server accepts this exact change',
  dryRunRefused: (f) => `The server refuses this change: ${f.message}`,
  allowed: () => 'You may do it',
  forbidden: (f) => `You may not ${f.verb} ${f.resource} in ${f.namespace}`,
  configUnchanged: () => 'Its ConfigMaps and Secrets are unchanged',
  configChanged: (f) => `${f.kind} ${f.name} was changed in place and stays as it is`,
  configMissing: (f) => `${f.kind} ${f.name} is gone`,
  quotaFits: () => 'The quota has room',
  quotaShort: (f) => `Quota ${f.quota} lacks ${f.needed} ${f.needed === 1 ? f.resource.replace(/s$/, '') : f.resource}`,
  ownerWillWrite: (f) =>
    f.reverts ? `${f.owner} will put it back: ${f.next}` : `${f.owner} owns this workload: ${f.next}`,
  noOwner: () => 'No other tool owns this workload',
  autoscaler: (f) => `Autoscaler ${f.name} keeps ${f.minimum} to ${plural(f.maximum, 'pod')}; shares move with it`,
  disruptionBudget: (f) => `Disruption budget ${f.name} allows ${f.allowed} missing now`,
  paused: () => 'The workload is paused; this clears it',
  recreate: () => 'The strategy is Recreate: no phases, replace and watch',
  sharesPossible: (f) => `Every share is possible with ${plural(f.replicas, 'pod')}`,
  shareImpossible: (f) =>
    `Phase ${f.phase + 1}: ${percent(f.share)} is not possible; nearest ${f.nearest.map(percent).join(' or ')}`,
  metricsFound: (f) => `${plural(f.signals, 'signal')} found`,
  metricsMissing: () => 'No metrics: readiness and a person judge',
  metricsNone: () => 'No metrics of its pods are known: readiness and a person judge',
  metricsUnread: (f) =>
    `${sources.trouble[f.trouble]?.what ?? f.message}: until it is read again, nothing is judged by it`,
  othersWillSee: () => 'During a hold other alerts see the new pods as not available',
  nobodyJudgesWhileClosed: () => 'Nobody judges while Slipway is closed; the cluster stays in its phase',
  releaseUnderWay: (f) => `${f.release} is under way here, driven by ${f.driver}`,
  noRevisionHistory: () => 'The cluster keeps no old revision; the record has it',

  offDegraded: () => 'Forward is off while degraded',
  offRollingBack: () => 'Off while rolling back',
  offPromoting: () => 'The new version gets everything already',
  offFinished: () => 'The release is over',
  offNotStarted: () => 'The release has not started',
  offNotDriver: (f) => `${f.driver} is in control`,
  offDriven: (f) => `${f.driver} drives it. If their Slipway says nothing more, it can be taken over in ${f.seconds} s`,
  offNoPlan: () => 'Its plan does not stand beside the workload, so it can only be rolled back',
  offNoContact: () => 'Off without contact with the cluster',
  offHeld: () => 'It is held already',
  offNotHeld: () => 'It is not held',
  offNothingToApprove: () => 'This phase asks for no approval',
  offShifting: () => 'Off until the share is reached',
  offLocked: () => 'The environment is locked',

  containerEnded: (f) => `Exit ${f.exitCode}: ${f.reason === 'OOMKilled' ? 'out of memory' : f.reason}`,
  podTrouble: (f) => withMessage(troubles[f.reason] ?? f.reason, f.message),
  workloadTrouble: (f) => withMessage(troubles[f.reason] ?? f.reason, f.message),
  podsReady: (f) => `${plural(f.count, 'pod')} of ${f.version} ready in ${seconds(f.seconds)}`,
  podsRestarted: (f) => `${f.count} of ${plural(f.of, 'pod')} restarted`,

  stepRestoreTemplate: (f) => `Put the template of ${f.version} back`,
  stepOldServesAll: (f) => `${f.version} serves everything`,
  stepNewGone: (f) => `Pods of ${f.version} are gone`,
  stepRestoreFields: () => "Restore the workload's own settings",
  podsReadyOf: (f) => `${f.ready} of ${f.wanted} ready`,

  actWent: (f) =>
    ({
      queued: 'Waiting for contact',
      sent: 'Sent',
      accepted: `Accepted after ${measured(f.afterMs)} ms`,
      applied: `Applied after ${seconds(f.afterMs / 1000)}`,
      settled: `Settled after ${seconds(f.afterMs / 1000)}`,
      unknown: 'No answer; being looked up',
      refused: 'Refused',
    })[f.status],
  contactChanged: (f) =>
    ({
      live: 'Contact with the cluster is back',
      stale: 'The cluster is slow to answer',
      lost: 'Contact with the cluster is lost',
      recorded: 'Read from the record',
    })[f.state],
  scenarioBegan: (f) => `Practice: ${f.scenario}`,
  gatePassed: (f) => ({ readiness: 'Readiness passed', verdict: 'Verdict passed', approval: 'Approved' })[f.gate],

  waitController: () => 'the Deployment controller to see the last change',
  waitPodsReady: (f) => `pods to become ready: ${f.ready} of ${f.wanted}`,
  waitPodsGone: (f) => `${plural(f.left, 'pod')} to go`,
  waitNoReplicas: () => 'pods: the workload is scaled to 0',
  waitPaused: () => 'the workload, which is paused',
  waitContact: () => 'the cluster to answer',
  waitSignals: () => 'the source of health data to answer',
  waitRecord: (f) => `the record on this computer: ${f.message}`,
  waitGate: (f) =>
    ({ readiness: 'pods to become ready', verdict: 'enough evidence', approval: "a person's approval" })[f.gate],
  gatePods: (f) =>
    f.wanted === 0 ? `No pod of ${f.version} yet` : `${f.ready} of ${plural(f.wanted, 'pod')} of ${f.version} ready`,
  gatePodsFail: (f) =>
    `${f.failing} of ${plural(f.wanted, 'pod')} of ${f.version}: ${(troubles[f.reason] ?? f.reason).toLowerCase()}`,
  gateNoVerdict: () => 'The judge has not said anything yet',
  gateApproved: (f) => quoted(`${f.by} at ${clock(f.at)}`, f.reason),
  gateAsksPerson: () => 'A person has to say yes',
  gateNotAsked: (f) => (f.over ? 'Never asked: the release ended before' : 'Asked when the phase is reached'),
  gateSkipped: (f) => quoted(`${f.by} skipped the rest of the bake`, f.reason),
  gatePromoted: (f) => quoted(`${f.by} promoted before`, f.reason),
};
