import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { openWindow, pressKey } from '../../../tests/helpers/window';

async function openHistory(address = '/history/R-1284') {
  const teller = await openWindow('rolledBack', address);
  await waitFor(() => screen.getByTestId('replay'));
  return teller;
}
const moment = (): number => Number(screen.getByTestId('replay').dataset.moment);

describe('history', () => {
  it('opens a bad release where it turned, with what was known then', async () => {
    await openHistory();
    expect(screen.getByTestId('frame-verdict').dataset.outcome).toBe('degraded');
    expect(screen.getByTestId('frame-share').textContent).toBe('50% on 2.15.0');
    expect(screen.getByTestId('frame-pods').textContent?.trim()).toBe('Pods 16 of 18 ready');
  });

  it('goes back in time by keys: events by arrows, ten seconds with shift', async () => {
    await openHistory();
    const opened = moment();
    pressKey('ArrowLeft', { shiftKey: true });
    await waitFor(() => expect(moment()).toBe(opened - 10_000));
    pressKey('ArrowRight', { shiftKey: true });
    await waitFor(() => expect(moment()).toBe(opened));
    for (let step = 0; step < 6; step++) pressKey('ArrowLeft');
    await waitFor(() => expect(screen.getByTestId('frame-share').textContent).toBe('25% on 2.15.0'));
    expect(screen.getByTestId('frame-verdict').dataset.outcome).not.toBe('degraded');
  });

  it('plays by Space and stops by Space', async () => {
    await openHistory();
    pressKey(' ');
    await waitFor(() => expect(screen.getByTestId('replay').dataset.playing).toBe('true'));
    pressKey(' ');
    await waitFor(() => expect(screen.getByTestId('replay').dataset.playing).toBe('false'));
  });

  it('walks through the list by J and K', async () => {
    await openHistory();
    pressKey('j');
    await waitFor(() => expect(screen.getByTestId('capsule').dataset.release).toBe('R-1283'));
    pressKey('k');
    await waitFor(() => expect(screen.getByTestId('capsule').dataset.release).toBe('R-1284'));
  });

  it('asks the backend for what the filters say, not for every letter', async () => {
    const teller = await openHistory();
    const before = teller.backend.asked('history.list').length;
    const field = screen.getByTestId('history-filter');
    for (const value of ['c', 'ch', 'checkout']) await fireEvent.input(field, { target: { value } });
    await waitFor(() => expect(teller.backend.asked('history.list').at(-1)?.text).toBe('checkout'));
    expect(teller.backend.asked('history.list').length).toBe(before + 1);
    await fireEvent.click(screen.getByTestId('history-rolled-back'));
    await waitFor(() => expect(screen.getByTestId('history-count').textContent).toContain('1 release'));
    expect(teller.backend.asked('history.list').at(-1)?.ending).toBe('rolledBack');
  });

  it('says when nothing fits and offers to clear the filters', async () => {
    await openHistory();
    await fireEvent.input(screen.getByTestId('history-filter'), { target: { value: 'nothing like this' } });
    await fireEvent.click(await screen.findByTestId('history-clear'));
    await waitFor(() => expect(screen.getByTestId('history-row-R-1284')).toBeTruthy());
  });

  it('compares with the release before it by C', async () => {
    const teller = await openHistory();
    pressKey('c');
    await waitFor(() => expect(screen.getByTestId('compared').textContent).toContain('R-1261'));
    expect(teller.backend.asked('history.capsule').map((one) => one.release)).toContain('R-1261');
    pressKey('c');
    await waitFor(() => expect(screen.queryByTestId('compared')).toBeNull());
  });

  it('takes a note by N and keeps it in the record', async () => {
    const teller = await openHistory();
    pressKey('n');
    const field = await screen.findByTestId('note-text');
    await waitFor(() => expect(document.activeElement).toBe(field));
    await fireEvent.input(field, { target: { value: 'Raise the memory limit first.' } });
    await fireEvent.click(screen.getByTestId('note-add'));
    await waitFor(() => expect(screen.getByTestId('notes').textContent).toContain('Raise the memory limit first.'));
    expect(teller.backend.asked('history.note')).toEqual([
      { release: 'R-1284', text: 'Raise the memory limit first.' },
    ]);
  });

  it('shows gates, changes and the rollback', async () => {
    await openHistory();
    await fireEvent.click(screen.getByTestId('capsule-tabs-gates'));
    expect(screen.getByTestId('gates').textContent).toContain('Gate failed');
    await fireEvent.click(screen.getByTestId('capsule-tabs-changes'));
    await waitFor(() => expect(screen.getByTestId('changes').textContent).toContain('shop/checkout:2.15.0'));
    await fireEvent.click(screen.getByTestId('capsule-tabs-rollback'));
    expect(screen.getByTestId('rollback-record').textContent).toContain('Back on 2.14.1');
  });

  it('asks only for what is on this computer', async () => {
    const teller = await openHistory();
    const names = new Set(teller.backend.calls.map((call) => call.name));
    names.delete('app.shell');
    expect([...names].every((name) => name.startsWith('history.'))).toBe(true);
  });

  it('exports by X and says where', async () => {
    await openHistory();
    pressKey('x');
    await waitFor(() => expect(screen.getByTestId('toast').textContent).toContain('R-1284'));
  });
});
