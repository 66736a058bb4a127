import { fireEvent, render, screen } from '@testing-library/svelte';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { picture, tellings, type Telling } from '../backend/fake/story';
import RollbackSpot from './RollbackSpot.svelte';

const of = (telling: Telling) => {
  const live = picture(tellings[telling]);
  return { rollback: live.rollback, act: live.act, now: live.now };
};
const settle = () => vi.advanceTimersByTimeAsync(401);

describe('the rollback spot', () => {
  const onrollback = vi.fn();
  const onhold = vi.fn();
  beforeEach(() => {
    vi.useFakeTimers();
    onrollback.mockClear();
    onhold.mockClear();
  });

  it('goes back with one click, without any dialog', async () => {
    render(RollbackSpot, { ...of('healthy'), onrollback });
    await settle();
    await fireEvent.click(screen.getByTestId('rollback'));
    expect(onrollback).toHaveBeenCalledOnce();
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('answers at once, before the backend does', async () => {
    render(RollbackSpot, { ...of('healthy'), onrollback });
    await settle();
    await fireEvent.click(screen.getByTestId('rollback'));
    // No time has passed.
    expect(screen.getByTestId('rollback-running').textContent).toContain('Rolling back');
  });

  it('can be pressed again when nobody answers', async () => {
    render(RollbackSpot, { ...of('healthy'), onrollback });
    await settle();
    await fireEvent.click(screen.getByTestId('rollback'));
    await vi.advanceTimersByTimeAsync(1600);
    await fireEvent.click(screen.getByTestId('rollback'));
    expect(onrollback).toHaveBeenCalledTimes(2);
  });

  it('sends one rollback for a double click', async () => {
    render(RollbackSpot, { ...of('healthy'), onrollback });
    await settle();
    const button = screen.getByTestId('rollback');
    await fireEvent.click(button);
    await fireEvent.click(button);
    expect(onrollback).toHaveBeenCalledOnce();
  });

  it.each([
    'healthy',
    'degraded',
    'preflightFailed',
    'cold',
    'held',
    'noContact',
    'completed',
    'collecting',
    'waiting',
  ] as Telling[])('is on while the release is %s', async (telling) => {
    render(RollbackSpot, { ...of(telling), onrollback, offline: telling === 'noContact' });
    await settle();
    const button = screen.getByTestId('rollback');
    expect(button.hasAttribute('disabled')).toBe(false);
    expect(button.getAttribute('aria-disabled')).toBeNull();
    await fireEvent.click(button);
    expect(onrollback).toHaveBeenCalledOnce();
  });

  it('stays when preflight fails, with what failed above it and Hold beside it', async () => {
    render(RollbackSpot, { ...of('preflightFailed'), onrollback, onhold, holdLabel: 'Hold at 25%' });
    await settle();
    expect(screen.getByTestId('rollback-facts').textContent).toContain('The server refuses this change');
    await fireEvent.click(screen.getByTestId('rollback-hold'));
    expect(onhold).toHaveBeenCalledOnce();
    await fireEvent.click(screen.getByTestId('rollback'));
    expect(onrollback).toHaveBeenCalledOnce();
  });

  it('ignores clicks for 400 ms after its state changed', async () => {
    const { rerender } = render(RollbackSpot, { ...of('healthy'), onrollback });
    await settle();
    await rerender({ ...of('degraded'), onrollback });
    await vi.advanceTimersByTimeAsync(390);
    await fireEvent.click(screen.getByTestId('rollback'));
    expect(onrollback).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(20);
    await fireEvent.click(screen.getByTestId('rollback'));
    expect(onrollback).toHaveBeenCalledOnce();
  });

  it('ignores clicks for 400 ms after the window gained the focus', async () => {
    render(RollbackSpot, { ...of('healthy'), onrollback });
    await settle();
    await fireEvent.focus(window);
    await fireEvent.click(screen.getByTestId('rollback'));
    expect(onrollback).not.toHaveBeenCalled();
    await settle();
    await fireEvent.click(screen.getByTestId('rollback'));
    expect(onrollback).toHaveBeenCalledOnce();
  });

  it('does not become deaf by pictures that come in while its state stays', async () => {
    const { rerender } = render(RollbackSpot, { ...of('healthy'), onrollback });
    await settle();
    await rerender({ ...of('collecting'), onrollback });
    await fireEvent.click(screen.getByTestId('rollback'));
    expect(onrollback).toHaveBeenCalledOnce();
  });

  it('is honest about time when pods must start', async () => {
    render(RollbackSpot, { ...of('cold'), onrollback });
    expect(screen.getByTestId('rollback').textContent).toContain('starts 12 pods');
  });

  it('shows what is happening while it runs, and where it ended', async () => {
    const { rerender } = render(RollbackSpot, { ...of('rollingBack'), onrollback });
    expect(screen.getByTestId('rollback-running').textContent).toContain('step 4 of 4');
    expect(screen.queryByTestId('rollback')).toBeNull();
    await rerender({ ...of('rolledBack'), onrollback });
    expect(screen.getByTestId('rollback-finished').textContent).toContain('Back on 2.14.1');
  });

  it('says so when no other version is known', () => {
    render(RollbackSpot, { ...of('nothing'), onrollback });
    expect(screen.getByTestId('rollback-nothing')).toBeTruthy();
  });

  it('offers to resume until the ten minutes are over', async () => {
    const spot = of('rolledBack');
    const resume = { share: '50%', until: spot.now + 5000, onresume: vi.fn() };
    const { rerender } = render(RollbackSpot, { ...spot, onrollback, resume });
    await fireEvent.click(screen.getByTestId('resume-at'));
    expect(resume.onresume).toHaveBeenCalledOnce();
    await rerender({ ...spot, now: spot.now + 6000, onrollback, resume });
    expect(screen.queryByTestId('resume-offer')).toBeNull();
  });
});
