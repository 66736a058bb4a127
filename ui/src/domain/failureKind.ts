import type { Failure } from '../backend/generated/view';

/** What kind of refusal a failure is, from its stable code. */
export function failureKind(failure: Failure): 'error' | 'forbidden' | 'offline' | 'conflict' {
  const { code } = failure;
  if (/forbidden|not-allowed|denied/.test(code)) return 'forbidden';
  if (/unreachable|no-contact|sign-in|timeout|offline/.test(code)) return 'offline';
  if (/conflict|foreign|changed|under-way|lease|other-release|workload-gone/.test(code)) return 'conflict';
  return 'error';
}
