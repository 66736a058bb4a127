import type { Backend } from '../backend';
import type { Language, Theme } from '../generated/view';
import { tellings, type Telling } from './story';
import { StoryTeller } from './telling';

/**
 * The story for a browser, told by its address: `?story=degraded&language=zh-CN&theme=dark&run=1&platform=macos`.
 * `run` lets it go on in real time; else it stands still, so that it can be looked at.
 */
export function tellStory(params: URLSearchParams): { backend: Backend; clock: () => number } {
  const name = params.get('story') ?? 'healthy';
  const teller = new StoryTeller(tellings[name in tellings ? (name as Telling) : 'healthy']);
  teller.language = (params.get('language') as Language | null) ?? 'en';
  teller.theme = (params.get('theme') as Theme | null) ?? 'system';
  teller.platform = params.get('platform') ?? 'linux';
  const speed = Number(params.get('run') ?? 0);
  if (speed > 0) setInterval(() => teller.pass(speed / 2), 500);
  return { backend: teller.backend, clock: teller.clock };
}
