import type { settings as en } from '../en/settings';

export const settings: typeof en = {
  title: '设置',
  saved: '已保存',
  savedAtOnce: '每次改动都会立即保存',

  metrics: {
    title: '健康数据',
    text: 'Slipway 从哪里读取判定所依据的信号，每个环境分别设置。',
    none: '还没有环境',
    source: '来源',
    sources: { none: '无', automatic: '在集群中查找', service: 'Service', url: '地址', pods: 'Pod', practice: '练习' },
    noneText: '没有健康数据时，由就绪状态和人来判定。',
    found: (where) => `已找到 ${where}`,
    notFound: '此集群中没有找到 Prometheus：直接读取 Pod',
    podsText:
      '不需要 Prometheus：准备发布和发布进行时，Slipway 每五秒直接读取 Pod 的 /metrics。在此之前的情况无从得知。需要 pods/proxy 的 get 权限。',
    practiceText: '练习集群自带测量数据。',
    namespace: '命名空间',
    service: 'Service',
    port: '端口',
    url: '地址',
    urlHint: 'https://prometheus.example:9090',
    preset: '查询',
    presets: {
      automatic: '自动',
      openTelemetryHttp: 'OpenTelemetry HTTP',
      clientLibraries: '客户端库',
      istio: 'Istio 边车',
      vllm: 'vLLM',
      triton: 'Triton',
      kserve: 'KServe',
      custom: '自定义查询',
    },
    presetText: {
      automatic: '使用 Pod 实际提供的那一种。NGINX 和 Traefik 无法区分新旧版本的 Pod。',
      openTelemetryHttp: 'http_server_request_duration_seconds，遵循语义约定',
      clientLibraries: 'http_requests_total 和 http_request_duration_seconds',
      istio: '由 Pod 的边车报告的 istio_requests_total 和 istio_request_duration_milliseconds',
      vllm: '错误、首个词元、后续词元、拒绝、队列、缓存和词元数，来自 vllm:…',
      triton: '错误、首个响应、拒绝和队列，来自 nv_inference_…',
      kserve: 'request_predict_seconds；KServe 自带的服务器不统计失败',
      custom: '你自己的查询，每个信号一条',
    },
    newPods: '新 Pod',
    readPods: { on: '直接读取', off: '只从 Prometheus' },
    readPodsText: '前两分钟每秒读取其 /metrics；需要 pods/proxy 的 get 权限',
    readPodsWhy:
      '新 Pod 的前两分钟由 Slipway 每秒直接读取其 /metrics：Prometheus 发现它们较晚。需要 pods/proxy 的 get 权限。',
    queries: '自定义查询',
    queriesText: '{arm} 代表区分新旧版本的标签。错误率、计数和预测读取计数器：只写选择器，不要写 rate()。',
    addQuery: '查询',
    removeQuery: '删除',
    query: (signal) => `${signal} 的 PromQL`,
    bad: (signal) => `${signal} 的失败计数器`,
    total: (signal) => `${signal} 的全部请求计数器`,
    predictions: (signal) => `${signal} 的预测计数器，带有 predicted 和 actual 标签`,
    quality: '对预测的要求',
    qualities: { accuracy: '准确率', precision: '精确率', recall: '召回率', f1: 'F1 分数' },
    against: '对照',
    againsts: { stable: '当前版本', itself: '自身走势' },
    itselfText: '依据较弱：只发现阶段内的变化，不会拦住发布；没有变化的发布中有 1% 会报警。',
    signal: '信号',
    signalName: '名称',
    limit: '上限',
    kinds: { errorRatio: '错误率', gauge: '瞬时值', rate: '速率', count: '计数', latency: '延迟', labels: '预测' },
    kind: '类型',
    save: '保存',
    unsaved: '尚未保存：请填写所有栏位',
    secret: '凭据',
    secretKept: '保存在系统密钥环中',
    secretMemory: '没有密钥环，只保存在内存中，直到 Slipway 关闭',
    noSecret: '无',
    setSecret: '设置…',
    forgetSecret: '忘记',
    secretTitle: (environment) => `${environment} 的凭据`,
    secretText: '凭据会存入系统密钥环，之后不再显示。',
    secretTextMemory: '没有密钥环，凭据只保存在内存中，直到 Slipway 关闭。',
    secretKinds: { bearer: '令牌', basic: '用户名和密码' },
    secretKind: '类型',
    token: '令牌',
    user: '用户名',
    password: '密码',
    saveSecret: '保存凭据',
    keepNone: '保持不变',
    test: '测试连接',
    testing: '正在测试',
    works: (ms) => `${ms} 毫秒应答`,
    failed: '测试失败',
    series: (count) => `${count} 条序列`,
    pagesTest: (test) => {
      switch (test.kind) {
        case 'works':
          return '可以直接读取指标：几秒内就能看到新版本';
        case 'refused':
          return test.status === 403
            ? '无权读取：需要 pods/proxy 的 get 权限。只查询 Prometheus。'
            : `返回 HTTP ${test.status}。只查询 Prometheus。`;
        case 'silent':
          return '没有应答。只查询 Prometheus。';
        case 'noPods':
          return '没有就绪的 Pod，无法测试';
        case 'noPort':
          return 'Prometheus 没有说明指标端口（instance 标签）。只查询 Prometheus。';
        default:
          return '自身不提供这些序列。只查询 Prometheus。';
      }
    },
    noSeries: '没有序列',
  },
  protection: {
    title: '保护',
    text: '推进发布需要什么。在任何环境回滚都只需单击。',
    practice: '练习集群始终开放。',
    of: (environment) => `${environment} 的保护`,
    unlockFirst: '请先解锁：从锁定改为更宽松的保护需要先解锁环境。',
  },
  appearance: {
    title: '外观',
    language: '语言',
    languages: { system: '跟随系统', en: 'English', 'zh-CN': '简体中文' },
    theme: '主题',
    themes: { system: '跟随系统', light: '浅色', dark: '深色' },
  },
  person: {
    title: '你',
    name: '记录中的姓名',
    nameNeeded: '记录需要姓名',
  },
  history: {
    title: '历史',
    retention: '样本保留',
    retentionText: '发生了什么、为什么，会一直保留。只有测量样本会被清除。',
    days: { '30': '30 天', '90': '90 天', '365': '1 年', '0': '永久' },
    database: '数据库',
    size: '大小',
    backUp: '备份',
    backUpText: '把全部记录写入一个文件，不影响正在进行的发布。',
    backUpNow: '立即备份',
    backedUp: (path) => `已备份到 ${path}`,
  },
  notifications: {
    title: '通知',
    label: '系统通知',
    text: '判定变化、暂停、回滚和发布完成时通知。',
    options: { on: '开', off: '关' },
  },
  diagnostics: {
    title: '诊断',
    text: '报告问题时附上。其中没有凭据，也没有环境变量的字面值。',
    copy: '复制诊断信息',
    copied: '诊断信息已复制',
    failed: '无法使用剪贴板。请选中文字后手动复制。',
    version: (version) => `Slipway ${version}`,
    shown: '诊断信息',
  },
};
