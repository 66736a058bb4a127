import type { sources as en } from '../en/sources';

/** 健康数据源出了什么问题，以及该怎么办；按失败代码。其余的由失败自身说明。 */
export const sources: typeof en = {
  means: '在此期间不据此判定：它不会通过门禁，也不会告警。',
  trouble: {
    'telemetry-no-source': { what: '没有健康数据来源', todo: '请在设置中选择。' },
    'telemetry-bad-address': { what: 'Prometheus 地址有误', todo: '请在设置中更正。' },
    'telemetry-timeout': { what: 'Prometheus 未及时回应', todo: '是否过载？网络和 VPN 是否正常？' },
    'telemetry-unreachable': { what: '无法连接 Prometheus', todo: '请检查地址、VPN 和代理。' },
    'telemetry-denied': { what: 'Prometheus 拒绝登录', todo: '请在设置中更新密码或令牌。' },
    'telemetry-server-error': { what: 'Prometheus 返回错误（HTTP 5xx）', todo: '请查看它自身的日志。' },
    'telemetry-not-prometheus': {
      what: '应答的不是 Prometheus，而是网页',
      todo: '前面可能有登录页；请检查地址和路径。',
    },
    'telemetry-query-refused': { what: 'Prometheus 拒绝此查询', todo: '请在设置中更正查询。' },
    'telemetry-unreadable': { what: '无法读取应答', todo: '请检查那里运行的是什么版本。' },
    'telemetry-too-many-series': { what: '查询得到的序列太多', todo: '去掉取值很多的标签，或写更窄的查询。' },
    'telemetry-too-large': { what: '应答太大', todo: '请写得到更少结果的查询。' },
    'telemetry-several-values': { what: '查询给出多个数值', todo: '请在外层加上 sum、avg 或 max。' },
    'telemetry-unknown-placeholder': { what: '查询中有未知的占位符', todo: '请更正查询。' },
    'telemetry-no-query': { what: '这些 Pod 没有适合此信号的指标', todo: '请选择预设或自行编写查询。' },
    'telemetry-wrong-kind': { what: '查询的类型与此信号不符', todo: '请在设置中更正查询。' },
    'telemetry-pods-forbidden': { what: '无权列出 Pod', todo: '请申请此命名空间中 pods 的 list 权限。' },
    'telemetry-no-pods': {
      what: '没有就绪的 Pod 说明指标端口',
      todo: '请在 Pod 模板中说明：prometheus.io/port 注解，或名为 metrics 的端口。',
    },
    'telemetry-no-page': {
      what: 'Pod 没有给出指标',
      todo: '是否有 pods/proxy 的 get 权限，页面是否在 /metrics？',
    },
    'telemetry-needs-prometheus': {
      what: '只有 Prometheus 能计算此项',
      todo: '请在设置中连接，或使用由计数器读取的信号。',
    },
    'signal-empty': { what: '查询没有结果，或结果不是数字（NaN）', todo: '这些 Pod 是否被采集，标签是否与查询一致？' },
    'signal-silent': { what: '不再有样本', todo: '这些 Pod 还在被采集吗？请查看采集目标。' },
  },
};
