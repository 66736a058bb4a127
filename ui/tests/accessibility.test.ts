import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import axe from 'axe-core';
import { describe, expect, it } from 'vitest';
import { openWindow, pressKey } from './helpers/window';

/** What is wrong on the page, in words. Colours need a browser: the tokens' contrast has a test of its own. */
async function wrong(): Promise<string[]> {
  const found = await axe.run(document.body, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'],
    rules: { 'color-contrast': { enabled: false } },
  });
  return found.violations.map((one) => `${one.id}: ${one.nodes[0]?.html.slice(0, 160)}`);
}

describe('nobody is left out', () => {
  it.each(['healthy', 'degraded', 'rollingBack', 'rolledBack', 'preflightFailed'] as const)(
    'of the live screen: %s',
    async (telling) => {
      await openWindow(telling);
      expect(await wrong()).toEqual([]);
    },
    20_000,
  );

  it('of history', async () => {
    await openWindow('rolledBack', '/history/R-1284');
    await waitFor(() => screen.getByTestId('replay'));
    expect(await wrong()).toEqual([]);
  }, 20_000);

  it('of dialogs and the command palette', async () => {
    await openWindow('healthy');
    await fireEvent.click(screen.getByTestId('control-skip-bake'));
    expect(await wrong()).toEqual([]);
    await fireEvent.click(screen.getByTestId('forward-stay'));
    pressKey('k', { ctrlKey: true });
    await screen.findByTestId('palette');
    expect(await wrong()).toEqual([]);
  }, 20_000);
});
