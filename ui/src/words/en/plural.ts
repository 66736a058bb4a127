/** A number with its noun: `1 pod`, `3 pods`, `1,200 releases`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${new Intl.NumberFormat('en').format(count)} ${count === 1 ? one : many}`;
}
