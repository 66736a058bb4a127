import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { isOff, openDesk } from '../../../tests/helpers/desk';

describe('the connections', () => {
  it('make an environment whose protection follows its danger until a person chooses', async () => {
    const { backend } = await openDesk('/connections', {}, 'make-kind-dev');
    await fireEvent.click(screen.getByTestId('make-kind-dev'));
    await fireEvent.input(screen.getByTestId('environment-name'), { target: { value: 'sandbox' } });
    await fireEvent.click(screen.getByTestId('environment-danger-production'));
    await fireEvent.click(screen.getByTestId('environment-save'));
    await waitFor(() => expect(backend.asked('connections.saveEnvironment')).toHaveLength(1));
    expect(backend.asked('connections.saveEnvironment')[0]).toEqual({
      id: null,
      name: 'sandbox',
      context: 'kind-dev',
      namespaces: ['shop'],
      danger: 'production',
      protection: { kind: 'locked', unlockedUntil: null },
    });
  });

  it('do not take the lock from an environment that is not unlocked', async () => {
    const { backend } = await openDesk('/connections', {}, 'edit-production-us');
    await fireEvent.click(screen.getByTestId('edit-production-us'));
    await fireEvent.click(screen.getByTestId('environment-protection-open'));
    expect(isOff('environment-save')).toBe(true);
    await fireEvent.click(screen.getByTestId('environment-save'));
    expect(backend.asked('connections.saveEnvironment')).toEqual([]);
    await fireEvent.click(screen.getByTestId('environment-unlock'));
    await fireEvent.input(screen.getByTestId('unlock-reason'), { target: { value: 'Moving to another lock' } });
    await fireEvent.click(screen.getByTestId('unlock-do'));
    await waitFor(() => expect(isOff('environment-save')).toBe(false));
    await fireEvent.click(screen.getByTestId('environment-save'));
    await waitFor(() => expect(backend.asked('connections.saveEnvironment')).toHaveLength(1));
  });

  it('forget an environment only after saying what stays', async () => {
    const { backend } = await openDesk('/connections', {}, 'edit-staging');
    await fireEvent.click(screen.getByTestId('edit-staging'));
    await fireEvent.click(screen.getByTestId('environment-remove'));
    expect(screen.getByTestId('remove-environment').textContent).toContain('Its history stays');
    expect(backend.asked('connections.removeEnvironment')).toEqual([]);
    await fireEvent.click(screen.getByTestId('remove-do'));
    await waitFor(() => expect(backend.asked('connections.removeEnvironment')).toEqual([{ environment: 'staging' }]));
  });

  it('open another kubeconfig that was picked, and keep what was typed when none was', async () => {
    const { backend } = await openDesk('/connections', {}, 'add-file');
    const path = (): HTMLInputElement => screen.getByTestId('add-file-path');
    await fireEvent.click(screen.getByTestId('add-file'));
    await fireEvent.input(path(), { target: { value: '/typed' } });
    backend.picks = null;
    await fireEvent.click(screen.getByTestId('add-file-choose'));
    expect(path().value).toBe('/typed');
    backend.picks = '/home/me/shop.yaml';
    await fireEvent.click(screen.getByTestId('add-file-choose'));
    await waitFor(() => expect(path().value).toBe('/home/me/shop.yaml'));
    await fireEvent.click(screen.getByTestId('add-file-do'));
    await waitFor(() => expect(backend.asked('connections.addFile')).toEqual([{ path: '/home/me/shop.yaml' }]));
  });

  it('open another kubeconfig by its path, and say what is wrong with it', async () => {
    const { backend } = await openDesk('/connections', {}, 'add-file');
    backend.refuse('connections.addFile', {
      code: 'path-invalid',
      message: 'Not a complete path.',
      hint: 'Give it all.',
    });
    await fireEvent.click(screen.getByTestId('add-file'));
    expect(isOff('add-file-do')).toBe(true);
    await fireEvent.input(screen.getByTestId('add-file-path'), { target: { value: ' x.yaml ' } });
    await fireEvent.click(screen.getByTestId('add-file-do'));
    await waitFor(() => expect(screen.getByTestId('add-file-dialog').textContent).toContain('Not a complete path.'));
    expect(backend.asked('connections.addFile')).toEqual([{ path: 'x.yaml' }]);
  });

  it('run what was picked for an application in practice', async () => {
    const { backend } = await openDesk('/connections', {}, 'practice-on');
    await fireEvent.click(screen.getByTestId('practice-on-on'));
    await waitFor(() => screen.getByTestId('scenario-checkout'));
    await fireEvent.click(screen.getByTestId('scenario-checkout'));
    await fireEvent.click(screen.getByTestId('scenario-checkout-production/checkout/error_spike'));
    await fireEvent.click(screen.getByTestId('scenario-run-checkout'));
    await waitFor(() =>
      expect(backend.asked('practice.scenario')).toEqual([{ scenario: 'production/checkout/error_spike' }]),
    );
  });
});
