import { configure, render, screen, waitFor } from '@testing-library/svelte';
import { vi } from 'vitest';
import { Desk, type DeskScript } from '../../src/backend/fake/desk';
import { tellings } from '../../src/backend/fake/story';
import { StoryTeller } from '../../src/backend/fake/telling';
import type { FakeBackend } from '../../src/backend/fake/fake';
import App from '../../src/shell/App.svelte';

// A whole window takes a while to open where the machine is busy; what is waited for still has to come.
configure({ asyncUtilTimeout: 5000 });
vi.setConfig({ testTimeout: 30_000 });

/** Opens the whole window on the screens around a release. */
export async function openDesk(
  address: string,
  script: Partial<DeskScript> = {},
  ready = 'matrix',
): Promise<{ backend: FakeBackend; desk: Desk; teller: StoryTeller }> {
  const teller = new StoryTeller(tellings.healthy);
  const desk = new Desk(teller.backend, teller.clock, { matrix: {}, ...script });
  teller.backend.answer('app.shell', () => ({
    ...teller.shell(),
    language: desk.settings.language,
    theme: desk.settings.theme,
    hasEnvironments: !desk.script.first,
  }));
  location.hash = `#${address}`;
  window.dispatchEvent(new Event('hashchange'));
  render(App, { backend: teller.backend, clock: teller.clock });
  await waitFor(() => screen.getByTestId(ready));
  return { backend: teller.backend, desk, teller };
}

/** Whether a control says that it is off. */
export function isOff(testid: string): boolean {
  return screen.getByTestId(testid).getAttribute('aria-disabled') === 'true';
}
