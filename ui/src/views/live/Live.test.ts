import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import { openWindow, pressKey } from '../../../tests/helpers/window';
import { matrix } from '../../backend/fake/matrix';
import { picture, tellings, type Telling } from '../../backend/fake/story';
import type { Control, LiveRelease, Protection } from '../../backend/generated/view';

const isOff = (testid: string): boolean => screen.getByTestId(testid).getAttribute('aria-disabled') === 'true';

describe('the live screen', () => {
  it('has Promote and Skip bake off while degraded, with the reason, and Roll back on', async () => {
    const teller = await openWindow('degraded');
    expect(isOff('control-promote')).toBe(true);
    expect(isOff('control-skip-bake')).toBe(true);
    expect(screen.getByTestId('controls-off').textContent).toContain('degraded');
    await fireEvent.click(screen.getByTestId('control-promote'));
    pressKey('p');
    pressKey('s');
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(teller.backend.asked('release.promote')).toEqual([]);
    expect(screen.getByTestId('rollback').textContent).toContain('Roll back now');
  });

  it('says where users are before it says why', async () => {
    await openWindow('degraded');
    const alarm = screen.getByRole('alert');
    const text = alarm.textContent ?? '';
    expect(text.indexOf('50% of users are on 2.15.0')).toBeGreaterThan(-1);
    expect(text.indexOf('50% of users')).toBeLessThan(text.indexOf('Error rate'));
    expect(text).toContain('requests fail while you wait');
  });

  it('rolls back by mod+shift+B, also while a person is writing', async () => {
    const teller = await openWindow('healthy');
    await fireEvent.click(screen.getByTestId('control-skip-bake'));
    const field = screen.getByTestId('forward-reason');
    pressKey('B', { code: 'KeyB', ctrlKey: true, shiftKey: true }, field);
    await waitFor(() => expect(teller.backend.asked('release.rollBack')).toHaveLength(1));
    expect(teller.backend.asked('release.rollBack')[0]).toEqual({ release: 'R-1284', target: null, reason: '' });
  });

  it('does not roll back twice for a key that is held down', async () => {
    const teller = await openWindow('healthy');
    pressKey('b', { code: 'KeyB', ctrlKey: true, shiftKey: true });
    pressKey('b', { code: 'KeyB', ctrlKey: true, shiftKey: true, repeat: true });
    await waitFor(() => expect(teller.backend.asked('release.rollBack')).toHaveLength(1));
  });

  it('holds by mod+. at once', async () => {
    const teller = await openWindow('healthy');
    pressKey('.', { ctrlKey: true });
    await waitFor(() => expect(teller.backend.asked('release.hold')).toHaveLength(1));
    await waitFor(() => expect(screen.getByTestId('live').dataset.stage).toBe('held'));
    expect(screen.getByTestId('control-resume')).toBeTruthy();
  });

  it('asks for a held button before it promotes where the protection says confirm', async () => {
    const teller = await openWindow('healthy');
    pressKey('p');
    const dialog = await screen.findByTestId('forward-dialog');
    expect(within(dialog).getByTestId('forward-hold')).toBeTruthy();
    expect(within(dialog).queryByTestId('forward-do')).toBeNull();
    expect(teller.backend.asked('release.promote')).toEqual([]);
    const hold = within(dialog).getByTestId('forward-hold');
    await fireEvent.click(hold, { detail: 0 });
    await fireEvent.click(hold, { detail: 0 });
    await waitFor(() =>
      expect(teller.backend.asked('release.promote')).toEqual([
        { release: 'R-1284', reason: '', confirmation: { heldMs: 1200 } },
      ]),
    );
  });

  it('skips a bake only with words of at least ten characters', async () => {
    const teller = await openWindow('healthy');
    await fireEvent.click(screen.getByTestId('control-skip-bake'));
    const hold = screen.getByTestId('forward-hold');
    expect(hold.getAttribute('aria-disabled')).toBe('true');
    await fireEvent.input(screen.getByTestId('forward-reason'), { target: { value: 'too short' } });
    expect(hold.getAttribute('aria-disabled')).toBe('true');
    await fireEvent.input(screen.getByTestId('forward-reason'), { target: { value: 'load test is over' } });
    expect(hold.getAttribute('aria-disabled')).toBeNull();
    await fireEvent.click(hold, { detail: 0 });
    await fireEvent.click(hold, { detail: 0 });
    await waitFor(() => expect(teller.backend.asked('release.skipBake')[0]?.reason).toBe('load test is over'));
  });

  it('has single keys off inside fields and behind dialogs', async () => {
    const teller = await openWindow('healthy');
    await fireEvent.click(screen.getByTestId('control-hand-over'));
    pressKey('p', {}, screen.getByTestId('hand-over-name'));
    pressKey('p');
    expect(screen.queryByTestId('forward-dialog')).toBeNull();
    expect(teller.backend.asked('release.promote')).toEqual([]);
  });

  it('closes a dialog by Escape without doing anything', async () => {
    const teller = await openWindow('healthy');
    pressKey('p');
    const dialog = await screen.findByTestId('forward-dialog');
    await fireEvent.keyDown(dialog, { key: 'Escape' });
    expect(screen.queryByTestId('forward-dialog')).toBeNull();
    expect(teller.backend.asked('release.promote')).toEqual([]);
  });

  it('never shows old numbers as live: without contact it says since when, and Roll back stays', async () => {
    await openWindow('noContact');
    expect(screen.getByTestId('alarm').textContent).toContain('No contact with production-eu for 21 s');
    expect(screen.getByTestId('alarm').textContent).toContain('Nobody judges meanwhile');
    expect(screen.getByTestId('rollback-facts').textContent).toContain('Without contact it is sent as soon as');
    expect(screen.getByTestId('rollback').getAttribute('aria-disabled')).toBeNull();
  });

  it('asks for an approval where the phase waits for one', async () => {
    const teller = await openWindow('waiting');
    expect(screen.getByTestId('waiting').textContent).toBe('Waiting for approval');
    await fireEvent.click(screen.getByTestId('control-approve'));
    const hold = await screen.findByTestId('forward-hold');
    await fireEvent.click(hold, { detail: 0 });
    await fireEvent.click(hold, { detail: 0 });
    await waitFor(() => expect(teller.backend.asked('release.approve')).toHaveLength(1));
  });

  /** The story's release in the hands of Jonas, as its matrix says it. */
  function inOtherHands(takeOver: Control, protection: Protection) {
    const told = picture(tellings.healthy);
    const { head } = told;
    const state = {
      kind: 'elsewhere',
      release: head.id,
      to: head.to,
      stage: { stage: 'baking' },
      phase: 1,
      phases: 5,
      driver: 'Jonas',
      since: told.now,
      takeOver,
    } as const;
    const known = matrix({ now: told.now });
    const cells = known.cells.map((cell) =>
      cell.application === 'checkout' && cell.environment === 'production-eu' ? { ...cell, state } : cell,
    );
    const live: LiveRelease = {
      ...told,
      head: { ...head, environment: { ...head.environment, protection } },
      driver: { name: 'Jonas', clusterUser: null },
      youDrive: false,
    };
    return { matrix: { ...known, cells }, live };
  }

  it('says who drives what is in other hands, and takes nothing over while that Slipway is heard', async () => {
    const teller = await openWindow('healthy');
    const { matrix, live } = inOtherHands(
      { on: false, offBecause: { code: 'offDriven', driver: 'Jonas', seconds: 12 } },
      { kind: 'open' },
    );
    teller.backend.push({ kind: 'live', release: live });
    teller.backend.push({ kind: 'matrix', matrix });
    const told = await screen.findByTestId('live-elsewhere');
    expect(told.textContent).toContain('Jonas');
    expect(told.textContent).toContain('Phase 2 of 5');
    expect(screen.getByTestId('live-take-over-why').textContent).toContain('in 12 s');
    expect(screen.queryByTestId('control-promote')).toBeNull();
    await fireEvent.click(screen.getByTestId('live-take-over'));
    pressKey('p');
    expect(screen.queryByTestId('forward-dialog')).toBeNull();
    pressKey('.', { ctrlKey: true });
    expect(teller.backend.asked('release.promote')).toEqual([]);
    expect(teller.backend.asked('release.hold')).toEqual([]);
    expect(teller.backend.asked('release.takeOver')).toEqual([]);
    expect(isOff('rollback')).toBe(false);
    // The spot ignores clicks for a moment after it has changed, and on a busy machine that was just now.
    await new Promise((resolve) => setTimeout(resolve, 500));
    await fireEvent.click(screen.getByTestId('rollback'));
    await waitFor(() => expect(teller.backend.asked('release.rollBack')).toHaveLength(1));
  });

  it('takes over by a held button where the protection says confirm, and has its controls again', async () => {
    const teller = await openWindow('healthy');
    const { matrix: known, live } = inOtherHands({ on: true, offBecause: null }, { kind: 'confirm' });
    teller.backend.answer('release.takeOver', () => ({ release: live.head.id }));
    teller.backend.answer('environments.matrix', () => matrix({ now: live.now }));
    teller.backend.push({ kind: 'live', release: live });
    teller.backend.push({ kind: 'matrix', matrix: known });
    const hold = await screen.findByTestId('live-take-over');
    await fireEvent.click(hold, { detail: 0 });
    expect(teller.backend.asked('release.takeOver')).toEqual([]);
    await fireEvent.click(hold, { detail: 0 });
    await waitFor(() =>
      expect(teller.backend.asked('release.takeOver')).toEqual([
        { application: 'checkout', environment: 'production-eu', confirmation: { heldMs: 1200 } },
      ]),
    );
    await waitFor(() => expect(screen.getByTestId('driver').textContent).toBe('You are in control'));
    expect(screen.queryByTestId('live-elsewhere')).toBeNull();
  });

  it('asks to unlock a locked environment before it takes over', async () => {
    const teller = await openWindow('healthy');
    const { matrix, live } = inOtherHands({ on: true, offBecause: null }, {
      kind: 'locked',
      unlockedUntil: null,
    } as Protection);
    teller.backend.push({ kind: 'live', release: live });
    teller.backend.push({ kind: 'matrix', matrix });
    await fireEvent.click(await screen.findByTestId('live-unlock'));
    expect(await screen.findByRole('dialog')).toBeTruthy();
    expect(teller.backend.asked('release.takeOver')).toEqual([]);
  });

  it('shows a refusal with what happened, what to do and the code', async () => {
    const teller = await openWindow('healthy');
    teller.backend.refuse('release.hold', {
      code: 'release.not-driver',
      message: 'Jonas Weber drives this release.',
      hint: 'Ask for a hand over.',
    });
    await fireEvent.click(screen.getByTestId('control-hold'));
    const dialog = await screen.findByTestId('failure');
    expect(dialog.textContent).toContain('Jonas Weber drives this release.');
    expect(dialog.textContent).toContain('Ask for a hand over.');
    expect(dialog.textContent).toContain('release.not-driver');
  });

  it('follows what is pushed', async () => {
    const teller = await openWindow('healthy');
    teller.script = { ...tellings.rollingBack };
    teller.tell();
    await waitFor(() => expect(screen.getByTestId('live').dataset.stage).toBe('rollingBack'));
    expect(screen.getByTestId('rollback-steps')).toBeTruthy();
  });

  it('reaches Roll back first by Tab inside the screen', async () => {
    await openWindow('healthy');
    const all = [...screen.getByTestId('live').querySelectorAll('button, a, [tabindex="0"]')];
    expect(all[0]).toBe(screen.getByTestId('rollback'));
  });

  it('shows charts as tables by T and enlarges one by its number', async () => {
    await openWindow('healthy');
    pressKey('t');
    await waitFor(() =>
      expect(screen.getByTestId('chart-errors-table').querySelectorAll('tr').length).toBeGreaterThan(5),
    );
    pressKey('t');
    pressKey('2');
    await waitFor(() => expect(screen.queryByTestId('chart-errors')).toBeNull());
    expect(screen.getByTestId('chart-latency-p95')).toBeTruthy();
    pressKey('Escape');
    await waitFor(() => screen.getByTestId('chart-errors'));
  });

  it('stops watching when it is left', async () => {
    const teller = await openWindow('healthy');
    location.hash = '#/history';
    window.dispatchEvent(new Event('hashchange'));
    await waitFor(() => expect(teller.backend.asked('release.watch').at(-1)).toEqual({ release: null }));
  });

  it.each(Object.keys(tellings) as Telling[])(
    'gives every chart a sentence and every control a name: %s',
    async (telling) => {
      await openWindow(telling);
      for (const chart of screen.getAllByRole('img').filter((one) => one.classList.contains('plot'))) {
        expect(chart.getAttribute('aria-label')?.length).toBeGreaterThan(10);
      }
      for (const button of screen.getAllByRole('button')) {
        const name = button.getAttribute('aria-label') ?? button.textContent?.trim() ?? '';
        expect(name, button.outerHTML.slice(0, 120)).not.toBe('');
        expect(button.dataset.testid, button.outerHTML.slice(0, 120)).toBeTruthy();
      }
    },
  );

  it('copies a summary by mod+C, unless something is selected', async () => {
    const writeText = vi.fn().mockResolvedValue(undefined);
    vi.stubGlobal('navigator', { ...navigator, clipboard: { writeText }, languages: ['en'] });
    await openWindow('degraded');
    pressKey('c', { ctrlKey: true, code: 'KeyC' });
    await waitFor(() => expect(writeText).toHaveBeenCalledOnce());
    expect(writeText.mock.calls[0]?.[0]).toContain('checkout 2.14.1 → 2.15.0, production-eu');
    vi.unstubAllGlobals();
  });

  it('shows the difference, what is worth stopping for and when the verdict changed in an enlarged chart', async () => {
    await openWindow('degraded');
    expect(screen.queryByTestId('course-errors')).toBeNull();
    const [noWorse, worse] = within(screen.getByTestId('evidence-errors')).getAllByRole('meter');
    expect(noWorse?.getAttribute('aria-valuenow')).toBe('0');
    expect(worse?.getAttribute('aria-valuenow')).toBe('100');
    pressKey('1');
    const course = await screen.findByTestId('course-errors');
    const plot = within(course).getByRole('img');
    expect(plot.getAttribute('aria-label')).toMatch(/lies between .* and .*; from 0\.5 on it is worth stopping for/);
    const verdicts = within(screen.getByTestId('verdicts-errors')).getAllByRole('listitem');
    expect(verdicts.map((one) => one.textContent)).toEqual([
      expect.stringContaining('Degraded'),
      expect.stringContaining('Not enough evidence'),
    ]);
    pressKey('t');
    expect(await screen.findByTestId('difference-errors-table')).toBeTruthy();
    expect(screen.getByTestId('live').textContent).not.toContain('confident');
  });

  it('tells a screen reader what speaks for no worse and what for worse, of each signal and of the release', async () => {
    await openWindow('collecting');
    const said = (testid: string): (string | null)[][] =>
      within(screen.getByTestId(testid))
        .getAllByRole('meter')
        .map((meter) => ['aria-label', 'aria-valuenow', 'aria-valuetext'].map((name) => meter.getAttribute(name)));
    expect(said('evidence-latency-p95')).toEqual([
      ['p95 latency: evidence for no worse', '51', '4,560 of about 9,000 requests'],
      ['p95 latency: evidence for worse', '14', '1,260 of about 9,000 requests'],
    ]);
    expect(said('evidence-errors')[1]).toEqual(['Error rate: evidence for worse', '0', 'nothing so far']);
    expect(said('verdict')).toEqual([
      ['Verdict: evidence for no worse', '51', '4,560 of about 9,000 requests'],
      ['Verdict: evidence for worse', '14', '1,260 of about 9,000 requests'],
    ]);
  });

  it('shows the difference beside each small chart that compares, with what it says in words', async () => {
    await openWindow('healthy');
    for (const signal of ['errors', 'latency-p95']) {
      const spark = within(screen.getByTestId(`chart-${signal}`)).getByTestId(`spark-${signal}`);
      expect(spark.getAttribute('aria-label')).toMatch(/^Difference, .*lies between .* worth stopping for$/);
    }
    expect(screen.queryByTestId('spark-cpu')).toBeNull();
    expect(screen.queryByTestId('spark-requests')).toBeNull();
    pressKey('1');
    await screen.findByTestId('course-errors');
    expect(screen.queryByTestId('spark-errors')).toBeNull();
  });
});
