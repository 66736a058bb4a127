import type { records as en } from '../en/records';
import type { RecordWords } from '../facts';
import { duration, percent } from '../format';
import { reasons } from './reasons';

const minutes = (millis: number): string => duration('zh-CN', millis / 1000);
const hold = (reason: Parameters<RecordWords['held']>[0]['reason']): string =>
  (reasons.hold[reason.code] as (facts: typeof reason) => string)(reason);

const what: RecordWords = {
  commanded: (f, c) =>
    ({
      start: '已开始',
      hold: '请求暂停',
      resume: '请求继续',
      approve: '已批准',
      skipBake: '已跳过观察期',
      promote: `${c.version} 全量发布`,
      rollBack: '请求回滚',
      handOver: f.command.command === 'handOver' ? `移交给 ${f.command.to}` : '已移交',
    })[f.command.command],
  preflightPassed: () => '预检通过',
  preflightFailed: () => '预检未通过，没有任何改动',
  phaseStarted: (f, c) => `第 ${c.phase} 阶段开始：${percent(f.share)}`,
  shareReached: (f, c) => `${c.version} 占 ${percent(f.share)}`,
  phasePassed: (_, c) => `第 ${c.phase} 阶段通过`,
  bakeExtended: (f) => `观察期延长，最多 ${minutes(f.maximumMillis)}`,
  healthChanged: (f) => ({ healthy: '判定：健康', degraded: '判定：劣化', notEnoughEvidence: '判定：证据不足' })[f.to],
  promotionStarted: (_, c) => `全部流量转到 ${c.version}`,
  completed: (_, c) => `完成：${c.version} 承担全部流量`,
  held: () => '已暂停',
  resumed: () => '继续进行',
  rollbackStarted: (f) => (f.automatic ? '自动回滚开始' : '回滚开始'),
  rolledBack: () => '已回滚',
  takenOver: (f) => `从 ${f.from} 接管`,
  rollbackTrouble: () => '集群拒绝了回滚的一部分，Slipway 会继续尝试',
  exceeded: (f) => `新版本实际占 ${percent(f.share)}，计划为 ${percent(f.planned)}`,
  foreignChange: () => '有人改动了工作负载',
};

const why: RecordWords = {
  commanded: (f) => ('reason' in f.command ? f.command.reason : ''),
  preflightPassed: () => '没有妨碍开始的问题',
  preflightFailed: (f) => f.reasons.join('；'),
  phaseStarted: () => '',
  shareReached: () => '观察期开始',
  phasePassed: (f) => `${minutes(f.bakedMillis)}后门禁全部通过`,
  bakeExtended: () => '原因：证据还不够',
  healthChanged: (f) => ({ healthy: '此前健康', degraded: '此前劣化', notEnoughEvidence: '此前在收集证据' })[f.from],
  promotionStarted: () => '',
  completed: () => '',
  held: (f) => `原因：${hold(f.reason)}`,
  resumed: () => '',
  rollbackStarted: (f) => f.reason || (f.automatic ? '原因：新版本劣化' : ''),
  rolledBack: () => '之前的版本承担全部流量',
  takenOver: () => '从此由本机的 Slipway 控制',
  rollbackTrouble: (f) => f.message,
  exceeded: () => 'Slipway 以外的操作改变了 Pod 数量',
  foreignChange: (f) => f.what,
};

export const records: typeof en = {
  what,
  why,
  says: (person, words) => `${person}：“${words}”`,
  by: (person) => `由 ${person} 执行`,
  because: (reason) => `原因：${reason}`,
};
