/** Noise that is the same every time: a number from -1 to 1 for a place in a series. */
export function noise(series: number, index: number): number {
  let x = (series * 374_761_393 + index * 668_265_263) >>> 0;
  x = Math.imul(x ^ (x >>> 13), 1_274_126_177) >>> 0;
  x = (x ^ (x >>> 16)) >>> 0;
  return (x / 0xffff_ffff) * 2 - 1;
}

/** The same, without sudden steps: neighbours resemble each other. */
export function smoothNoise(series: number, index: number): number {
  let sum = 0;
  for (let back = 0; back < 5; back++) sum += noise(series, index - back) * (5 - back);
  return sum / 9;
}
