import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { openDesk } from '../../../tests/helpers/desk';
import { pressKey } from '../../../tests/helpers/window';
import { cellDetail } from '../../backend/fake/matrix';

const cell = (application: string, environment: string): HTMLElement =>
  screen.getByTestId(`cell-${application}-${environment}`);
/** The spot ignores clicks for 400 ms after it changes. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 420));

describe('the environments', () => {
  it('roll a cell back with one click, in a locked environment too, whatever the checks say', async () => {
    const { backend, teller } = await openDesk('/environments');
    const detail = cellDetail({ now: teller.clock() }, 'notifications', 'production-us');
    if (!detail) throw new Error('the story has this cell');
    detail.rollback.spot = { kind: 'preflightFailed' };
    detail.rollback.checks = [
      { state: 'failed', said: { code: 'dryRunRefused', message: 'webhook says no' } },
      { state: 'warning', said: { code: 'configChanged', kind: 'ConfigMap', name: 'x' } },
    ];
    backend.answer('environments.cell', () => detail);
    await fireEvent.click(cell('notifications', 'production-us'));
    const button = await waitFor(() => screen.getByTestId('rollback'));
    await settle();
    expect(button.hasAttribute('disabled')).toBe(false);
    expect(button.getAttribute('aria-disabled')).toBeNull();
    await fireEvent.click(button);
    expect(screen.queryByRole('dialog')).toBeNull();
    await waitFor(() => expect(backend.asked('environments.rollBack')).toHaveLength(1));
    expect(backend.asked('environments.rollBack')[0]).toMatchObject({
      application: 'notifications',
      environment: 'production-us',
      target: detail.targets[0]?.target,
    });
    expect(backend.asked('environments.unlock')).toEqual([]);
  });

  it('show who drives elsewhere, and take over when that Slipway says nothing more', async () => {
    const { backend, teller } = await openDesk('/environments');
    const detail = cellDetail({ now: teller.clock() }, 'catalog', 'dev');
    if (!detail?.cell.version) throw new Error('the story has this cell');
    const state = {
      kind: 'elsewhere',
      release: 'R-7Q2X1B',
      to: detail.cell.version,
      stage: { stage: 'baking' },
      phase: 1,
      phases: 5,
      driver: 'Jonas',
      since: teller.clock(),
      takeOver: { on: false, offBecause: { code: 'offDriven', driver: 'Jonas', seconds: 12 } },
    } as const;
    detail.cell.state = state;
    backend.answer('environments.cell', () => detail);
    backend.answer('release.takeOver', () => ({ release: state.release }));
    await fireEvent.click(cell('catalog', 'dev'));
    const told = await waitFor(() => screen.getByTestId('cell-elsewhere'));
    expect(told.textContent).toContain('Jonas');
    expect(told.textContent).toContain('Phase 2 of 5');
    await fireEvent.click(screen.getByTestId('cell-take-over'));
    expect(backend.asked('release.takeOver')).toEqual([]);
    expect(screen.getByTestId('cell-panel').textContent).toContain('in 12 s');
    expect(screen.getByTestId('rollback').getAttribute('aria-disabled')).toBeNull();
    await fireEvent.click(screen.getByTestId('cell-panel-close'));

    const silent = {
      ...detail,
      cell: { ...detail.cell, state: { ...state, takeOver: { on: true, offBecause: null } } },
    };
    backend.answer('environments.cell', () => silent);
    await fireEvent.click(cell('catalog', 'dev'));
    await waitFor(() => expect(screen.getByTestId('cell-take-over').getAttribute('aria-disabled')).toBeNull());
    await fireEvent.click(screen.getByTestId('cell-take-over'));
    await waitFor(() =>
      expect(backend.asked('release.takeOver')).toEqual([
        { application: 'catalog', environment: 'dev', confirmation: { heldMs: 0 } },
      ]),
    );
  });

  it('roll back to another revision when one is chosen', async () => {
    const { backend } = await openDesk('/environments');
    await fireEvent.click(cell('recommender', 'production-eu'));
    await waitFor(() => screen.getByTestId('rollback-choices'));
    await fireEvent.click(screen.getByTestId('rollback-choice-1'));
    await settle();
    expect(screen.getByTestId('rollback').textContent).toContain('3.2.0');
    await fireEvent.click(screen.getByTestId('rollback'));
    await waitFor(() => expect(backend.asked('environments.rollBack')).toHaveLength(1));
    expect(backend.asked('environments.rollBack')[0]?.target).toMatchObject({ kind: 'revision', revision: 40 });
  });

  it('show a refused rollback beside the button, which can be pressed again', async () => {
    const { backend } = await openDesk('/environments');
    backend.refuse('environments.rollBack', { code: 'cluster.forbidden', message: 'You may not patch.', hint: '' });
    await fireEvent.click(cell('catalog', 'production-eu'));
    await waitFor(() => screen.getByTestId('rollback'));
    await settle();
    await fireEvent.click(screen.getByTestId('rollback'));
    await waitFor(() =>
      expect(screen.getByTestId('cell-rollback-refused').textContent).toContain('You may not patch.'),
    );
    const again = await waitFor(() => screen.getByTestId('rollback'));
    await fireEvent.click(again);
    await waitFor(() => expect(backend.asked('environments.rollBack')).toHaveLength(2));
  });

  it('roll back to the version before where the panel could not be read', async () => {
    const { backend } = await openDesk('/environments');
    backend.refuse('environments.cell', { code: 'cluster.unreachable', message: 'prod-eu1 is silent.', hint: '' });
    await fireEvent.click(cell('catalog', 'production-eu'));
    await waitFor(() => expect(screen.getByTestId('rollback-facts').textContent).toContain('prod-eu1 is silent.'));
    await settle();
    await fireEvent.click(screen.getByTestId('rollback'));
    await waitFor(() => expect(backend.asked('environments.rollBack')).toHaveLength(1));
    expect(backend.asked('environments.rollBack')[0]?.target).toEqual({ kind: 'before' });
  });

  it('roll the open cell back by mod+shift+B', async () => {
    const { backend } = await openDesk('/environments');
    await fireEvent.click(cell('catalog', 'production-eu'));
    await waitFor(() => screen.getByTestId('rollback'));
    pressKey('B', { code: 'KeyB', ctrlKey: true, shiftKey: true });
    await waitFor(() => expect(backend.asked('environments.rollBack')).toHaveLength(1));
  });

  it('are a grid that the arrow keys move in, and Enter opens', async () => {
    await openDesk('/environments');
    await waitFor(() => expect(cell('checkout', 'dev').tabIndex).toBe(0));
    cell('checkout', 'dev').focus();
    await fireEvent.keyDown(cell('checkout', 'dev'), { key: 'ArrowRight' });
    await waitFor(() => expect(document.activeElement).toBe(cell('checkout', 'staging')));
    await fireEvent.keyDown(cell('checkout', 'staging'), { key: 'ArrowDown' });
    await waitFor(() => expect(document.activeElement).toBe(cell('catalog', 'staging')));
    await fireEvent.keyDown(cell('catalog', 'staging'), { key: 'Enter' });
    await waitFor(() => expect(screen.getByTestId('cell-panel').textContent).toContain('catalog'));
    expect(screen.getAllByRole('gridcell').filter((one) => one.tabIndex === 0)).toHaveLength(1);
    pressKey('Escape');
    await waitFor(() => expect(screen.queryByTestId('cell-panel')).toBeNull());
  });

  it('open a running release with Enter', async () => {
    await openDesk('/environments');
    cell('checkout', 'production-eu').focus();
    await fireEvent.keyDown(cell('checkout', 'production-eu'), { key: 'Enter' });
    expect(location.hash).toBe('#/live/R-1284');
  });

  it('bring the version that is ahead along: by the bridge, and by R on the place it leads to', async () => {
    await openDesk('/environments');
    await fireEvent.click(screen.getByTestId('bridge-catalog-staging'));
    expect(location.hash).toBe('#/new/catalog/production-eu/staging');
    location.hash = '#/environments';
    window.dispatchEvent(new Event('hashchange'));
    await waitFor(() => screen.getByTestId('matrix'));
    cell('identity', 'production-eu').focus();
    await waitFor(() => expect(cell('identity', 'production-eu').tabIndex).toBe(0));
    pressKey('r', { code: 'KeyR' }, cell('identity', 'production-eu'));
    expect(location.hash).toBe('#/new/identity/production-eu/staging');
  });

  it('open the history of a place with H', async () => {
    await openDesk('/environments');
    cell('catalog', 'production-eu').focus();
    pressKey('h', { code: 'KeyH' }, cell('catalog', 'production-eu'));
    expect(location.hash).toBe('#/history//catalog%20production-eu');
  });

  it('show what changed with D', async () => {
    const { backend } = await openDesk('/environments');
    cell('catalog', 'production-eu').focus();
    pressKey('d', { code: 'KeyD' }, cell('catalog', 'production-eu'));
    await waitFor(() => expect(screen.getByTestId('cell-changes').textContent).toContain('shop/catalog:5.8.2'));
    expect(backend.asked('environments.changes')[0]).toEqual({
      application: 'catalog',
      environment: 'production-eu',
      with: null,
    });
  });

  it('mark a column that is old with its age, and never show it as live', async () => {
    await openDesk('/environments', { matrix: { stale: true } });
    expect(screen.getByTestId('age-production-us').textContent).toContain('1 min old');
    expect(cell('checkout', 'production-us').classList).toContain('old');
    expect(cell('checkout', 'production-eu').classList).not.toContain('old');
  });

  it('say why a column cannot be read, in place of its cells', async () => {
    await openDesk('/environments', { matrix: { broken: true } });
    expect(screen.getByTestId('column-failure-staging').textContent).toContain('sign-in for stg-eu1 has expired');
    expect(screen.queryByTestId('cell-checkout-staging')).toBeNull();
  });

  it('show names before cells are known, and never call an unknown cell not deployed', async () => {
    await openDesk('/environments', { matrix: { loading: true } });
    expect(cell('checkout', 'staging').getAttribute('data-state')).toBe('loading');
    expect(screen.queryByText('Not deployed')).toBeNull();
  });

  it('say what is missing where nobody may look', async () => {
    await openDesk('/environments');
    expect(cell('ledger-export', 'production-us').textContent).toContain('No access');
    expect(cell('ledger-export', 'production-us').textContent).toContain('list deployments');
  });

  it('leave the rows that fit a filter', async () => {
    await openDesk('/environments');
    await fireEvent.click(screen.getByTestId('row-filter-degraded'));
    expect(screen.getAllByRole('rowheader')).toHaveLength(1);
    await fireEvent.click(screen.getByTestId('row-filter-all'));
    await fireEvent.input(screen.getByTestId('filter'), { target: { value: 'money' } });
    expect(screen.getAllByRole('rowheader')).toHaveLength(2);
    await fireEvent.input(screen.getByTestId('filter'), { target: { value: 'nothing like it' } });
    await fireEvent.click(screen.getByTestId('matrix-clear'));
    expect(screen.getAllByRole('rowheader')).toHaveLength(10);
  });

  it('say shape and word for every state, not colour alone', async () => {
    await openDesk('/environments');
    expect(cell('notifications', 'production-us').querySelector('[role="img"]')?.getAttribute('aria-label')).toBe(
      'Degraded',
    );
    expect(cell('assist-llm', 'staging').querySelector('[role="img"]')?.getAttribute('aria-label')).toBe('Held');
    expect(cell('search-api', 'staging').textContent).toContain('Not enough evidence');
  });

  it('unlock and lock from the head of the column', async () => {
    const { backend } = await openDesk('/environments');
    await fireEvent.click(screen.getByTestId('protect-production-us'));
    await fireEvent.input(await waitFor(() => screen.getByTestId('unlock-reason')), {
      target: { value: 'Tax rounding fix' },
    });
    await fireEvent.click(screen.getByTestId('unlock-do'));
    await waitFor(() => expect(screen.getByTestId('protect-production-us').textContent).toContain('30 min'));
    await fireEvent.click(screen.getByTestId('protect-production-us'));
    await fireEvent.click(await waitFor(() => screen.getByTestId('lock-do')));
    await waitFor(() => expect(screen.getByTestId('protect-production-us').textContent).toContain('Read-only'));
    expect(backend.asked('environments.lock')).toEqual([{ environment: 'production-us' }]);
  });
});
