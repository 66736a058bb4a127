import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isOff, openDesk } from '../../../tests/helpers/desk';
import { pressKey } from '../../../tests/helpers/window';
import type { Preflight } from '../../backend/generated/view';

const inProduction = '/new/checkout/production-eu/staging';
const off = (): string | null => screen.getByTestId('start-dock').getAttribute('data-off');
const isReady = (): Promise<void> => waitFor(() => expect(off()).toBe(''));

/** Holds a button for so long. */
async function holdFor(testid: string, ms: number): Promise<void> {
  vi.useFakeTimers();
  const button = screen.getByTestId(testid);
  await fireEvent.pointerDown(button, { button: 0 });
  await vi.advanceTimersByTimeAsync(ms);
  await fireEvent.pointerUp(button);
  vi.useRealTimers();
}

describe('a new release', () => {
  beforeEach(() => vi.useRealTimers());
  afterEach(async () => {
    // Drafts are kept while the window is open; every test begins without.
    const discard = screen.queryByTestId('discard');
    if (discard) await fireEvent.click(discard);
  });

  it('does not start while preflight found something that forbids it, by no way', async () => {
    const { backend } = await openDesk(inProduction, { preflight: 'failed' }, 'start');
    await waitFor(() => expect(off()).toBe('finding'));
    expect(isOff('start')).toBe(true);
    await holdFor('start', 1500);
    pressKey('Enter', { ctrlKey: true });
    pressKey('Enter', { ctrlKey: true });
    await fireEvent.click(screen.getByTestId('start'), { detail: 0 });
    expect(backend.asked('release.start')).toEqual([]);
    expect(screen.getByTestId('finding-quota').getAttribute('data-state')).toBe('failed');
  });

  it('starts over a finding that may be overridden only after a person accepts it', async () => {
    const { backend } = await openDesk(inProduction, { preflight: 'override' }, 'start');
    await waitFor(() => expect(off()).toBe('override'));
    await holdFor('start', 1500);
    expect(backend.asked('release.start')).toEqual([]);
    await fireEvent.click(screen.getByTestId('override-owner'));
    await isReady();
    await holdFor('start', 1300);
    await waitFor(() => expect(backend.asked('release.start')).toHaveLength(1));
    expect(backend.asked('release.start')[0]?.overrides).toEqual(['owner']);
  });

  it('forgets what was accepted when another version is taken', async () => {
    await openDesk(inProduction, { preflight: 'override' }, 'start');
    await waitFor(() => expect(off()).toBe('override'));
    await fireEvent.click(screen.getByTestId('override-owner'));
    await isReady();
    await fireEvent.click(screen.getByTestId('pick-version'));
    await fireEvent.click(screen.getByTestId('pick-version-offer-1'));
    await waitFor(() => expect(off()).toBe('override'));
  });

  it('is off from the moment the plan changes until preflight has answered for it', async () => {
    await openDesk(inProduction, {}, 'start');
    await isReady();
    await fireEvent.input(screen.getByTestId('bake-0'), { target: { value: '9' } });
    expect(off()).toBe('asking');
    expect(isOff('start')).toBe(true);
    await isReady();
  });

  it('counts only the newest answer of preflight', async () => {
    const { backend } = await openDesk(inProduction, {}, 'start');
    await isReady();
    const answers: ((preflight: Preflight) => void)[] = [];
    backend.answer('release.preflight', () => new Promise<Preflight>((resolve) => answers.push(resolve)));
    await fireEvent.input(screen.getByTestId('bake-0'), { target: { value: '7' } });
    await waitFor(() => expect(answers).toHaveLength(1));
    await fireEvent.input(screen.getByTestId('bake-0'), { target: { value: '8' } });
    await waitFor(() => expect(answers).toHaveLength(2));
    const good: Preflight = {
      version: { label: '2.15.0', version: { containers: [], templateHash: 'a' } },
      problems: [],
      pods: [],
      findings: [],
      mayStart: true,
      rollbackEstimate: null,
      changes: [],
      askedAt: 0,
    };
    const stop = { state: 'failed', said: { code: 'dryRunRefused', message: 'no' } } as const;
    answers[1]?.({ ...good, mayStart: false, findings: [{ id: 'dry-run', check: stop, canOverride: false }] });
    await waitFor(() => expect(off()).toBe('finding'));
    answers[0]?.(good);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(off()).toBe('finding');
  });

  it('refuses a share that the pods cannot express and offers the nearest ones', async () => {
    const { backend } = await openDesk(inProduction, {}, 'start');
    await isReady();
    await fireEvent.input(screen.getByTestId('share-0'), { target: { value: '7' } });
    expect(screen.getByTestId('impossible-0').textContent).toContain('7% is not possible with 20 pods');
    await waitFor(() => expect(off()).toBe('share'));
    await holdFor('start', 1500);
    expect(backend.asked('release.start')).toEqual([]);
    const offers = screen.getAllByTestId(/^nearest-0-/);
    expect(offers).toHaveLength(2);
    await fireEvent.click(offers[0] as HTMLElement);
    await isReady();
    expect(screen.queryByTestId('impossible-0')).toBeNull();
  });

  it('does not start by a click where the environment asks for confirmation, only by holding', async () => {
    const { backend } = await openDesk(inProduction, {}, 'start');
    await isReady();
    await fireEvent.click(screen.getByTestId('start'), { detail: 1 });
    await holdFor('start', 900);
    expect(backend.asked('release.start')).toEqual([]);
    await fireEvent.input(screen.getByTestId('reason'), { target: { value: '  CHK-2291 ' } });
    await holdFor('start', 1300);
    await waitFor(() => expect(backend.asked('release.start')).toHaveLength(1));
    const asked = backend.asked('release.start')[0];
    expect(asked?.confirmation.heldMs).toBeGreaterThanOrEqual(1200);
    expect(asked?.reason).toBe('CHK-2291');
    expect(asked?.preflight.source).toEqual({ kind: 'environment', environment: 'staging' });
    await waitFor(() => expect(location.hash).toBe('#/live/R-1284'));
  });

  it('starts by mod+Enter twice within three seconds, not by once', async () => {
    const { backend } = await openDesk(inProduction, {}, 'start');
    await isReady();
    pressKey('Enter', { ctrlKey: true });
    expect(backend.asked('release.start')).toEqual([]);
    pressKey('Enter', { ctrlKey: true });
    await waitFor(() => expect(backend.asked('release.start')).toHaveLength(1));
  });

  it('has no way to start in a locked environment but unlocking it with a reason', async () => {
    const { backend } = await openDesk('/new/checkout/production-us/staging', {}, 'start-unlock');
    expect(screen.queryByTestId('start')).toBeNull();
    pressKey('Enter', { ctrlKey: true });
    await waitFor(() => screen.getByTestId('unlock-dialog'));
    await fireEvent.input(screen.getByTestId('unlock-reason'), { target: { value: 'too short' } });
    await fireEvent.click(screen.getByTestId('unlock-do'));
    expect(backend.asked('environments.unlock')).toEqual([]);
    await fireEvent.input(screen.getByTestId('unlock-reason'), { target: { value: 'Tax rounding fix' } });
    await fireEvent.click(screen.getByTestId('unlock-do'));
    await waitFor(() => screen.getByTestId('start'));
    expect(backend.asked('release.start')).toEqual([]);
    await isReady();
    await holdFor('start', 1300);
    await waitFor(() => expect(backend.asked('release.start')).toHaveLength(1));
  });

  it('starts by a press where the environment is open', async () => {
    const { backend } = await openDesk('/new/catalog/dev/staging', {}, 'start');
    await isReady();
    await fireEvent.click(screen.getByTestId('start'));
    await waitFor(() => expect(backend.asked('release.start')).toHaveLength(1));
    expect(backend.asked('release.start')[0]?.confirmation).toEqual({ heldMs: 0 });
  });

  it('says users first when the start is refused, and keeps the draft', async () => {
    const { backend } = await openDesk('/new/catalog/dev/staging', {}, 'start');
    backend.refuse('release.start', {
      code: 'foreign-change',
      message: 'Argo CD wrote this Deployment a moment ago.',
      hint: 'Pause its automatic sync, then check again.',
    });
    await isReady();
    await fireEvent.input(screen.getByTestId('reason'), { target: { value: 'CAT-7' } });
    await fireEvent.click(screen.getByTestId('start'));
    const dialog = await waitFor(() => screen.getByTestId('refusal'));
    expect(dialog.textContent).toContain('Somebody else changed it meanwhile');
    expect(dialog.textContent).toContain('Users are safe');
    expect(dialog.textContent).toContain('foreign-change');
    await fireEvent.click(within(dialog).getByTestId('refusal-close'));
    expect((screen.getByTestId('reason') as HTMLInputElement).value).toBe('CAT-7');
    await isReady();
  });

  it('keeps the draft when the page is left and come back to', async () => {
    await openDesk('/new/catalog/dev/staging', {}, 'start');
    await isReady();
    await fireEvent.input(screen.getByTestId('goal-0'), { target: { value: 'Search stays fast' } });
    pressKey('Escape');
    await waitFor(() => screen.getByTestId('matrix'));
    location.hash = '#/new/catalog/dev';
    window.dispatchEvent(new Event('hashchange'));
    const goal = await waitFor(() => screen.getByTestId('goal-0') as HTMLInputElement);
    expect(goal.value).toBe('Search stays fast');
  });

  it('comes back with the version that was chosen, also when the offers stand in another order', async () => {
    const { backend } = await openDesk('/new/catalog/dev/staging', {}, 'start');
    await isReady();
    await fireEvent.click(screen.getByTestId('pick-version'));
    await fireEvent.click(screen.getByTestId('pick-version-offer-1'));
    await isReady();
    expect(screen.getByTestId('version-to').textContent).toBe('5.9.0-dev.7');
    const asked = backend.asked('release.draft')[0];
    if (!asked) throw new Error('the page was opened');
    const draft = await backend.call('release.draft', asked);
    pressKey('Escape');
    await waitFor(() => screen.getByTestId('matrix'));
    backend.answer('release.draft', () => ({ ...draft, offers: [...draft.offers].reverse() }));
    location.hash = '#/new/catalog/dev';
    window.dispatchEvent(new Event('hashchange'));
    await waitFor(() => expect(screen.getByTestId('version-to').textContent).toBe('5.9.0-dev.7'));
  });

  it('takes an image per container and asks preflight with those that changed', async () => {
    const { backend } = await openDesk('/new/catalog/dev/staging', {}, 'start');
    await isReady();
    await fireEvent.click(screen.getByTestId('pick-version'));
    await fireEvent.click(screen.getByTestId('pick-version-images'));
    await waitFor(() => expect(off()).toBe('pick'));
    await fireEvent.input(screen.getByTestId('image-catalog'), { target: { value: 'shop/catalog:6.0.0' } });
    await isReady();
    expect(backend.asked('release.preflight').at(-1)?.source).toEqual({
      kind: 'images',
      containers: [{ container: 'catalog', image: 'shop/catalog:6.0.0', init: false }],
    });
    expect(screen.getByTestId('version-to').textContent).toBe('6.0.0');
  });

  it('changes share and bake of the chosen phase by keys, and duplicates it', async () => {
    await openDesk(inProduction, {}, 'start');
    await isReady();
    const share = (): string => (screen.getByTestId('share-1') as HTMLInputElement).value;
    const bake = (): string => (screen.getByTestId('bake-1') as HTMLInputElement).value;
    screen.getByTestId('corner-1').focus();
    pressKey('ArrowUp', { altKey: true });
    await waitFor(() => expect(Number(share())).toBeGreaterThan(25));
    pressKey('ArrowDown', { altKey: true });
    await waitFor(() => expect(share()).toBe('25'));
    pressKey('ArrowRight', { altKey: true });
    await waitFor(() => expect(bake()).toBe('8.5'));
    pressKey('d', { code: 'KeyD', ctrlKey: true });
    await waitFor(() => screen.getByTestId('phase-4'));
    await isReady();
  });

  it('asks what to release when nothing is picked', async () => {
    await openDesk('/new', {}, 'pick-first');
    await fireEvent.click(screen.getByTestId('pick-application'));
    await fireEvent.click(screen.getByTestId('pick-application-catalog'));
    await fireEvent.click(screen.getByTestId('pick-environment'));
    await fireEvent.click(screen.getByTestId('pick-environment-staging'));
    await waitFor(() => screen.getByTestId('plan'));
    expect(location.hash).toBe('#/new/catalog/staging');
  });
});
