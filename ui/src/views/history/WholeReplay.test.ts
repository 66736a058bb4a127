import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { openWindow, pressKey } from '../../../tests/helpers/window';
import { startedAt } from '../../backend/fake/checkout';

/** Opens the whole screen so many seconds after the start. */
async function openReplay(seconds: number) {
  const teller = await openWindow('healthy', `/history/R-1284/at/${startedAt + seconds * 1000}`);
  await waitFor(() => screen.getByTestId('live'));
  return teller;
}
const shown = (): HTMLElement => screen.getByTestId('replay-screen');

describe('the whole screen of a recorded moment', () => {
  it('is the live screen as it was then, by the same parts', async () => {
    await openReplay(1035);
    expect(screen.getByTestId('live').dataset.stage).toBe('baking');
    expect(screen.getByTestId('verdict').dataset.outcome).toBe('degraded');
    expect(screen.getByTestId('alarm').dataset.look).toBe('alarm');
    expect(screen.getByTestId('chart-errors')).toBeTruthy();
    expect(screen.getByTestId('phases')).toBeTruthy();
  });

  it('does nothing: neither a click nor a key reaches the cluster', async () => {
    const teller = await openReplay(600);
    await fireEvent.click(screen.getByTestId('rollback'));
    await fireEvent.click(screen.getByTestId('control-hold'));
    pressKey('B', { code: 'KeyB', ctrlKey: true, shiftKey: true });
    pressKey('.', { ctrlKey: true });
    for (const name of ['release.rollBack', 'release.hold', 'release.watch'] as const) {
      expect(teller.backend.asked(name)).toEqual([]);
    }
  });

  it('goes from event to event by arrows, plays by Space, and goes back to the record by Escape', async () => {
    await openReplay(600);
    const before = Number(shown().dataset.moment);
    pressKey('ArrowRight');
    await waitFor(() => expect(Number(shown().dataset.shown)).toBeGreaterThan(before));
    pressKey(' ');
    await waitFor(() => expect(shown().dataset.playing).toBe('true'));
    pressKey(' ');
    await waitFor(() => expect(shown().dataset.playing).toBe('false'));
    pressKey('Escape');
    await waitFor(() => screen.getByTestId('capsule'));
  });

  it('is opened from the record at the moment that stands there', async () => {
    const teller = await openWindow('rolledBack', '/history/R-1284');
    await waitFor(() => screen.getByTestId('replay'));
    const moment = Number(screen.getByTestId('replay').dataset.moment);
    pressKey('f');
    await waitFor(() => screen.getByTestId('live'));
    expect(teller.backend.asked('history.moment').at(-1)).toEqual({ release: 'R-1284', at: moment });
  });
});
