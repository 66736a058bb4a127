import type { reasons as en } from '../en/reasons';
import type { HoldWords, ReasonWords } from '../facts';
import { duration, number, percent, shortClock } from '../format';

const hold: HoldWords = {
  person: (f) => (f.reason ? `${f.by} 要求：“${f.reason}”` : `${f.by} 要求`),
  evidenceMissing: () => '最长观察期已过，证据仍不足',
  notReady: () => '已超过计划允许的最长时间，Pod 仍未就绪',
  excess: (f) => `新版本实际占 ${percent(f.share)}，计划为 ${percent(f.planned)}`,
  foreignChange: (f) => `有人改动了工作负载：${f.what}`,
  workloadGone: () => '工作负载已不存在，或被同名的另一个取代',
  actRefused: (f) => `集群拒绝继续：${f.message}`,
  shareNotPossible: (f) => `${f.replicas} 个 Pod 无法做到 ${percent(f.planned)}`,
  handedOver: (f) => `已移交给 ${f.to}`,
  rollbackNotSent: (f) => `无法连接集群；${shortClock(f.since)} 请求的回滚没有发出。如仍需要，请再次回滚`,
};

const arm = { stable: '当前版本', canary: '新版本' };

const judged: ReasonWords = {
  overLimit: (f, s) => `${s.value(f.value)}，上限 ${s.value(f.limit)}`,
  nearLimit: (f, s) => `${s.value(f.value)}，超过上限 ${s.value(f.limit)} 已 ${duration('zh-CN', f.seconds)}`,
  burningBudget: (f) =>
    `目标 ${number(f.good * 100, 3)}% 的错误预算在 ${duration('zh-CN', f.seconds)}内以允许速度的 ${number(f.rate, 1)} 倍消耗`,
  worseThanStable: (f, s) => `${s.value(f.canary)} 对 ${s.value(f.stable)}`,
  slowerThanStable: (f, s) =>
    `${number(f.canaryShare * 100, 1)}% 的请求慢于 ${s.value(f.edge)}，旧版本为 ${number(f.stableShare * 100, 1)}%`,
  noWorse: (f, s) => `${s.value(f.canary)} 对 ${s.value(f.stable)}`,
  withinLimit: (f, s) => `${s.value(f.value)}，上限 ${s.value(f.limit)}`,
  changed: (f, s) =>
    `${s.value(f.value)}，比本阶段开始以来${f.higher ? '更高' : '更低'}；没有变化的发布中有 ${number(f.alarms * 100, 2)}% 会出现这种情况`,
  unchanged: (f) => `至今 ${number(f.looks)} 次观测未见异常`,
  collecting: (f) => `已有 ${number(f.have)}，需要 ${number(f.need)}`,
  warmingUp: (f) => `新 Pod 还需预热 ${duration('zh-CN', f.seconds)}`,
  noTraffic: (f) => `${arm[f.arm]}没有收到请求`,
  noData: (f) =>
    f.seconds === null ? `没有${arm[f.arm]}的数据` : `${arm[f.arm]}已 ${duration('zh-CN', f.seconds)}没有数据`,
  noStable: () => '没有可比较的当前版本',
  wrongReading: () => '查询结果的类型与此信号不符',
  context: () => '仅供参考，不判定',
};

export const reasons: typeof en = { hold, judged };
