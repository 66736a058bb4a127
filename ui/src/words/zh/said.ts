import type { SaidWords } from '../facts';
import { clock, duration, measured, percent } from '../format';
import { sources } from './sources';

const seconds = (value: number): string => duration('zh-CN', value);

/** Kubernetes 的词是什么意思；其余照原样显示。 */
const troubles: Record<string, string> = {
  OOMKilled: '内存不足，被终止',
  CrashLoopBackOff: '反复崩溃',
  ImagePullBackOff: '无法拉取镜像',
  ErrImagePull: '无法拉取镜像',
  InvalidImageName: '镜像名称无效',
  CreateContainerConfigError: '缺少 ConfigMap 或 Secret',
  Unschedulable: '没有节点能容纳它',
  Evicted: '被节点驱逐',
  Error: '出错退出',
  ProgressDeadlineExceeded: '上线未能按时推进',
  MinimumReplicasUnavailable: '可用的 Pod 太少',
  FailedCreate: '无法创建 Pod',
};
const withMessage = (words: string, message: string): string => (message ? `${words}：${message}` : words);
const quoted = (by: string, reason: string): string => (reason ? `${by}：“${reason}”` : by);

export const said: SaidWords = {
  verbatim: (f) => f.text,

  podsWarm: (f) => `${f.version} 的 ${f.count} 个 Pod 仍在运行`,
  podsMustStart: (f) => `需先启动 ${f.version} 的 ${f.count} 个 Pod`,
  targetKnown: (f) => `${f.version} 已知且完整`,
  targetFromRecord: (f) => `${f.version} 取自本机记录`,
  noTarget: () => '没有已知的更早版本',
  dryRunPassed: () => '服务器接受这一改动',
  dryRunRefused: (f) => `服务器拒绝这一改动：${f.message}`,
  allowed: () => '你有权限执行',
  forbidden: (f) => `你无权在 ${f.namespace} 执行 ${f.verb} ${f.resource}`,
  configUnchanged: () => '它读取的 ConfigMap 和 Secret 没有改动',
  configChanged: (f) => `${f.kind} ${f.name} 已被原地修改，将保持现状`,
  configMissing: (f) => `${f.kind} ${f.name} 已不存在`,
  quotaFits: () => '配额充足',
  quotaShort: (f) => `配额 ${f.quota} 还缺 ${f.needed} 个 ${f.resource}`,
  ownerWillWrite: (f) => (f.reverts ? `${f.owner} 会改回去：${f.next}` : `此工作负载由 ${f.owner} 管理：${f.next}`),
  noOwner: () => '没有其他工具管理此工作负载',
  autoscaler: (f) => `自动伸缩 ${f.name} 保持 ${f.minimum} 到 ${f.maximum} 个 Pod，占比会随之变化`,
  disruptionBudget: (f) => `中断预算 ${f.name} 目前允许缺少 ${f.allowed} 个`,
  paused: () => '工作负载处于 paused，执行时会解除',
  recreate: () => '策略为 Recreate：没有阶段，直接替换并观察',
  sharesPossible: (f) => `${f.replicas} 个 Pod 可以表示每个占比`,
  shareImpossible: (f) =>
    `第 ${f.phase + 1} 阶段：无法做到 ${percent(f.share)}，最接近的是 ${f.nearest.map(percent).join(' 或 ')}`,
  metricsFound: (f) => `找到 ${f.signals} 个信号`,
  metricsMissing: () => '没有指标：由就绪状态和人来判定',
  metricsNone: () => '没有找到它的 Pod 的指标：由就绪状态和人来判定',
  metricsUnread: (f) => `${sources.trouble[f.trouble]?.what ?? f.message}：恢复读取之前不据此判定`,
  othersWillSee: () => '暂停期间，其他告警会认为新 Pod 不可用',
  nobodyJudgesWhileClosed: () => 'Slipway 关闭时无人判定，集群停留在当前阶段',
  releaseUnderWay: (f) => `${f.release} 正在这里进行，由 ${f.driver} 控制`,
  noRevisionHistory: () => '集群不保留旧修订版，记录中有',

  offDegraded: () => '新版本劣化，不能前进',
  offRollingBack: () => '回滚期间不可用',
  offPromoting: () => '新版本已在接收全部流量',
  offFinished: () => '发布已结束',
  offNotStarted: () => '发布尚未开始',
  offNotDriver: (f) => `由 ${f.driver} 控制`,
  offDriven: (f) => `由 ${f.driver} 控制。若对方的 Slipway 不再报到，${f.seconds} 秒后可以接管`,
  offNoPlan: () => '工作负载旁没有它的计划，只能回滚',
  offNoContact: () => '与集群失去联系，不可用',
  offHeld: () => '已经暂停',
  offNotHeld: () => '没有暂停',
  offNothingToApprove: () => '此阶段不需要批准',
  offShifting: () => '达到占比之前不可用',
  offLocked: () => '环境已锁定',

  containerEnded: (f) => `退出码 ${f.exitCode}：${f.reason === 'OOMKilled' ? '内存不足' : f.reason}`,
  podTrouble: (f) => withMessage(troubles[f.reason] ?? f.reason, f.message),
  workloadTrouble: (f) => withMessage(troubles[f.reason] ?? f.reason, f.message),
  podsReady: (f) => `${f.version} 的 ${f.count} 个 Pod 用 ${seconds(f.seconds)}就绪`,
  podsRestarted: (f) => `${f.of} 个 Pod 中有 ${f.count} 个重启`,

  stepRestoreTemplate: (f) => `恢复 ${f.version} 的模板`,
  stepOldServesAll: (f) => `${f.version} 承担全部流量`,
  stepNewGone: (f) => `${f.version} 的 Pod 已移除`,
  stepRestoreFields: () => '恢复工作负载原有设置',
  podsReadyOf: (f) => `${f.ready}/${f.wanted} 就绪`,

  actWent: (f) =>
    ({
      queued: '等待恢复联系',
      sent: '已发送',
      accepted: `${measured(f.afterMs)} 毫秒后被接受`,
      applied: `${seconds(f.afterMs / 1000)}后生效`,
      settled: `${seconds(f.afterMs / 1000)}后稳定`,
      unknown: '没有回应，正在核对',
      refused: '被拒绝',
    })[f.status],
  contactChanged: (f) =>
    ({ live: '已恢复与集群的联系', stale: '集群响应缓慢', lost: '与集群失去联系', recorded: '来自记录' })[f.state],
  scenarioBegan: (f) => `练习：${f.scenario}`,
  gatePassed: (f) => ({ readiness: '就绪门禁通过', verdict: '判定门禁通过', approval: '已批准' })[f.gate],

  waitController: () => 'Deployment 控制器处理上次更改',
  waitPodsReady: (f) => `Pod 就绪：${f.ready}/${f.wanted}`,
  waitPodsGone: (f) => `${f.left} 个 Pod 移除`,
  waitNoReplicas: () => 'Pod：工作负载已缩容到 0',
  waitPaused: () => '已暂停的工作负载恢复',
  waitContact: () => '集群回应',
  waitSignals: () => '健康数据源回应',
  waitRecord: (f) => `本机记录可写：${f.message}`,
  waitGate: (f) => ({ readiness: 'Pod 就绪', verdict: '足够的证据', approval: '有人批准' })[f.gate],
  gatePods: (f) =>
    f.wanted === 0 ? `还没有 ${f.version} 的 Pod` : `${f.version} 的 ${f.wanted} 个 Pod 中有 ${f.ready} 个就绪`,
  gatePodsFail: (f) => `${f.version} 的 ${f.wanted} 个 Pod 中有 ${f.failing} 个异常：${troubles[f.reason] ?? f.reason}`,
  gateNoVerdict: () => '尚无判定',
  gateApproved: (f) => quoted(`${f.by} 于 ${clock(f.at)} 批准`, f.reason),
  gateAsksPerson: () => '需要有人批准',
  gateNotAsked: (f) => (f.over ? '未曾询问：发布在此之前已结束' : '到达此阶段时询问'),
  gateSkipped: (f) => quoted(`${f.by} 跳过了剩余的观察时间`, f.reason),
  gatePromoted: (f) => quoted(`${f.by} 提前全量发布`, f.reason),
};
