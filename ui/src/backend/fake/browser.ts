import type { Backend } from '../backend';
import type { Language, Theme } from '../generated/view';
import { jonas } from './checkout';
import { Desk, type DeskScript } from './desk';
import { matrixReleases } from './matrix';
import { picture, tellings, type Telling } from './story';
import { StoryTeller } from './telling';

/** Tellings of the screens around a release, by name; several are joined by a comma. */
const desks: Record<string, (script: DeskScript) => void> = {
  first: (script) => void (script.first = true),
  noFiles: (script) => void (script.noFiles = true),
  stale: (script) => void (script.matrix.stale = true),
  broken: (script) => void (script.matrix.broken = true),
  loading: (script) => void (script.matrix.loading = true),
  empty: (script) => void (script.matrix.empty = true),
  elsewhere: (script) => void (script.matrix.elsewhere = 'heard'),
  silent: (script) => void (script.matrix.elsewhere = 'silent'),
  preflightFailed: (script) => void (script.preflight = 'failed'),
  override: (script) => void (script.preflight = 'override'),
  noMetrics: (script) => void (script.metrics = false),
};

/**
 * The story for a browser, told by its address: `?story=degraded&language=zh-CN&theme=dark&run=1&platform=macos`.
 * `run` lets it go on in real time; else it stands still, so that it can be looked at. `desk=stale,broken` tells the
 * screens around the release.
 */
export function tellStory(params: URLSearchParams): { backend: Backend; clock: () => number } {
  const name = params.get('story') ?? 'healthy';
  const teller = new StoryTeller(tellings[name in tellings ? (name as Telling) : 'healthy']);
  teller.language = (params.get('language') as Language | null) ?? 'en';
  teller.theme = (params.get('theme') as Theme | null) ?? 'system';
  teller.backend.picks = '/home/me/clusters/eu-west.yaml';
  teller.platform = params.get('platform') ?? 'linux';
  const script: DeskScript = { matrix: {} };
  for (const one of (params.get('desk') ?? '').split(',')) desks[one]?.(script);
  const desk = new Desk(teller.backend, teller.clock, script);
  if (script.matrix.elsewhere) {
    teller.backend.answer('release.live', () => ({ ...picture(teller.script), driver: jonas, youDrive: false }));
  }
  desk.settings.language = teller.language;
  desk.settings.theme = teller.theme;
  teller.backend.answer('app.shell', () => {
    const shell = teller.shell();
    const [told] = shell.running;
    const others = matrixReleases({ now: teller.clock(), ...script.matrix }).filter((one) => one.id !== told?.id);
    return {
      ...shell,
      language: desk.settings.language,
      theme: desk.settings.theme,
      hasEnvironments: !script.first,
      running: script.first ? [] : [...shell.running, ...others],
      contacts: script.first ? [] : shell.contacts,
    };
  });
  if (params.get('close')) setTimeout(() => teller.backend.push({ kind: 'closeAsked' }), 600);
  const speed = Number(params.get('run') ?? 0);
  if (speed > 0) setInterval(() => teller.pass(speed / 2), 500);
  return { backend: teller.backend, clock: teller.clock };
}
