import { render, screen, waitFor } from '@testing-library/svelte';
import { StoryTeller } from '../../src/backend/fake/telling';
import type { Script } from '../../src/backend/fake/script';
import { tellings, type Telling } from '../../src/backend/fake/story';
import App from '../../src/shell/App.svelte';

/** Opens the whole window on a telling of the story. */
export async function openWindow(telling: Telling | Script, address = '/live/R-1284'): Promise<StoryTeller> {
  const teller = new StoryTeller(typeof telling === 'string' ? tellings[telling] : telling);
  location.hash = `#${address}`;
  window.dispatchEvent(new Event('hashchange'));
  render(App, { backend: teller.backend, clock: teller.clock });
  if (address.startsWith('/live/')) await waitFor(() => screen.getByTestId('live'));
  return teller;
}

/** Presses a key on an element, or on the page. */
export function pressKey(key: string, options: KeyboardEventInit = {}, target: Element = document.body): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...options });
  target.dispatchEvent(event);
  return event;
}
