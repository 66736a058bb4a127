import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { openDesk } from '../../../tests/helpers/desk';
import { pressKey } from '../../../tests/helpers/window';

describe('the first run', () => {
  it('connects what answers, with production locked', async () => {
    const { backend } = await openDesk('/environments', { first: true }, 'connect');
    expect(screen.getByTestId('connect').textContent).toContain('Connect 3 clusters');
    await fireEvent.click(screen.getByTestId('connect'));
    await waitFor(() => expect(backend.asked('connections.saveEnvironment')).toHaveLength(3));
    const asked = backend.asked('connections.saveEnvironment');
    expect(asked.map((one) => [one.context, one.protection.kind])).toEqual([
      ['kind-dev', 'open'],
      ['stg-eu1', 'confirm'],
      ['prod-eu1', 'locked'],
    ]);
    expect(asked.every((one) => one.namespaces.length > 0)).toBe(true);
    await waitFor(() => screen.getByTestId('matrix'));
  });

  it('locks what a person calls production, whatever the name suggested', async () => {
    const { backend } = await openDesk('/environments', { first: true }, 'connect');
    await fireEvent.click(screen.getByTestId('danger-kind-dev-production'));
    await fireEvent.click(screen.getByTestId('include-stg-eu1'));
    await fireEvent.click(screen.getByTestId('connect'));
    await waitFor(() => expect(backend.asked('connections.saveEnvironment')).toHaveLength(2));
    expect(backend.asked('connections.saveEnvironment')[0]).toMatchObject({
      context: 'kind-dev',
      danger: 'production',
      protection: { kind: 'locked' },
    });
  });

  it('says what is wrong with a context and what to do, and asks again', async () => {
    const { backend } = await openDesk('/environments', { first: true }, 'context-prod-us1');
    const row = screen.getByTestId('context-prod-us1');
    expect(row.textContent).toContain('Sign-in expired');
    expect(row.textContent).toContain('Run aws sso login');
    await fireEvent.click(screen.getByTestId('check-prod-us1'));
    expect(backend.asked('connections.check')).toEqual([{ context: 'prod-us1' }]);
  });

  it('begins with practice on Enter, and needs no kubeconfig for it', async () => {
    const { backend } = await openDesk('/environments', { first: true, noFiles: true }, 'practice-start');
    expect(screen.queryByTestId('connect')).toBeNull();
    pressKey('Enter');
    await waitFor(() => expect(backend.asked('practice.set')).toEqual([{ on: true, acceleration: null }]));
    await waitFor(() => screen.getByTestId('matrix'));
  });

  it('stays and says why when the practice cluster cannot begin', async () => {
    const { backend } = await openDesk('/environments', { first: true }, 'practice-start');
    backend.refuse('practice.set', { code: 'practice-port', message: 'No free port.', hint: 'Close something.' });
    await fireEvent.click(screen.getByTestId('practice-start'));
    await waitFor(() => expect(screen.getByTestId('first-run-failure').textContent).toContain('No free port.'));
  });

  it('changes the language at once', async () => {
    await openDesk('/environments', { first: true }, 'language');
    await fireEvent.click(screen.getByTestId('language-zh-CN'));
    await waitFor(() => expect(screen.getByText('要发布到哪里？')).toBeTruthy());
    await fireEvent.click(screen.getByTestId('language-en'));
    await waitFor(() => expect(screen.getByText('Where do you want to release?')).toBeTruthy());
  });
});
