import type { common as en } from '../en/common';

export const common: typeof en = {
  cancel: '取消',
  close: '关闭',
  copy: '复制',
  copied: '已复制',
  copyDetails: '复制详情',
  retry: '重试',
  open: '打开',
  back: '返回',
  loading: '正在读取',
  whatHappened: '发生了什么',
  whatToDo: '怎么办',
  approx: (value) => `约 ${value}`,
  list: (items) => items.join('、'),
  pods: (count) => `${count} 个 Pod`,
  environmentDanger: {
    practice: '练习集群',
    development: '开发环境',
    staging: '预发环境',
    production: '生产环境',
  },
  you: '你',
  unknown: '未知',
  none: '无',
  keepHolding: (seconds) => `继续按住，还需 ${seconds} 秒`,
  pressAgain: '再按一次以确认',
};
