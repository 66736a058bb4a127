import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { isOff, openDesk } from '../../../tests/helpers/desk';

describe('the settings', () => {
  it('are saved at once', async () => {
    const { backend } = await openDesk('/settings', {}, 'settings-theme');
    await fireEvent.click(screen.getByTestId('settings-theme-dark'));
    await waitFor(() => expect(document.documentElement.dataset.theme).toBe('dark'));
    await fireEvent.click(screen.getByTestId('settings-retention-0'));
    await fireEvent.click(screen.getByTestId('settings-notifications-off'));
    expect(backend.asked('settings.write')).toEqual([
      { theme: 'dark' },
      { retentionDays: 0 },
      { notifications: false },
    ]);
  });

  it('say why a connection test failed', async () => {
    await openDesk('/settings', {}, 'metrics-test-production-us');
    await fireEvent.click(screen.getByTestId('metrics-test-production-us'));
    const result = await waitFor(() => screen.getByTestId('metrics-result-production-us'));
    expect(result.textContent).toContain('does not answer');
    expect(result.textContent).toContain('Check the address');
  });

  it('name each signal that a connection test found, and those it did not', async () => {
    await openDesk('/settings', {}, 'metrics-test-staging');
    await fireEvent.click(screen.getByTestId('metrics-test-staging'));
    const result = await waitFor(() => screen.getByTestId('metrics-result-staging'));
    expect(result.textContent).toContain('Error rate');
    expect(result.textContent).toContain('no series');
    expect(screen.getByTestId('metrics-new-pods').textContent).toContain('a new version is seen within seconds');
  });

  it('do not save half of an address', async () => {
    const { backend } = await openDesk('/settings', {}, 'metrics-source-dev');
    await fireEvent.click(screen.getByTestId('metrics-source-dev-url'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(backend.asked('settings.metrics')).toEqual([]);
    expect(isOff('metrics-test-dev')).toBe(true);
    await fireEvent.input(screen.getByTestId('metrics-url-dev'), { target: { value: 'http://localhost:9090' } });
    await waitFor(() => expect(backend.asked('settings.metrics')).toHaveLength(1), { timeout: 2000 });
    expect(backend.asked('settings.metrics')[0]?.source).toEqual({ kind: 'url', url: 'http://localhost:9090' });
  });

  it('hand credentials over once and show them nowhere', async () => {
    const { backend } = await openDesk('/settings', {}, 'metrics-secret-production-eu');
    await fireEvent.click(screen.getByTestId('metrics-secret-production-eu'));
    const field = screen.getByTestId('secret-token') as HTMLInputElement;
    expect(field.type).toBe('password');
    await fireEvent.input(field, { target: { value: 's3cret' } });
    await fireEvent.click(screen.getByTestId('secret-keep'));
    await waitFor(() => expect(screen.queryByTestId('secret-dialog')).toBeNull());
    expect(backend.asked('settings.metrics')[0]?.secret).toEqual({ kind: 'bearer', token: 's3cret' });
    expect(document.body.innerHTML).not.toContain('s3cret');
    // Later changes leave what is kept.
    await fireEvent.click(screen.getByTestId('metrics-preset-production-eu'));
    await fireEvent.click(await screen.findByTestId('metrics-preset-production-eu-vllm'));
    await waitFor(() => expect(backend.asked('settings.metrics')).toHaveLength(2));
    expect(backend.asked('settings.metrics')[1]).toMatchObject({ secret: null, preset: 'vllm' });
  });

  it('leave new pods to Prometheus alone where that is wanted', async () => {
    const { backend } = await openDesk('/settings', {}, 'metrics-read-pods-staging-off');
    await fireEvent.click(screen.getByTestId('metrics-read-pods-staging-off'));
    await waitFor(() => expect(backend.asked('settings.metrics')).toHaveLength(1));
    expect(backend.asked('settings.metrics')[0]).toMatchObject({ environment: 'staging', readPods: false });
  });

  it('need no Prometheus where the pods themselves are read', async () => {
    const { backend } = await openDesk('/settings', {}, 'metrics-source-staging-pods');
    await fireEvent.click(screen.getByTestId('metrics-source-staging-pods'));
    await waitFor(() => expect(backend.asked('settings.metrics')).toHaveLength(1));
    expect(backend.asked('settings.metrics')[0]).toMatchObject({ environment: 'staging', source: { kind: 'pods' } });
    expect(screen.getByTestId('metrics-staging').textContent).toContain('No Prometheus is needed');
    // There is nothing that new pods would be read beside.
    expect(screen.queryByTestId('metrics-read-pods-staging-on')).toBeNull();
  });

  it('ask for a reason before a locked environment becomes less protected', async () => {
    const { backend } = await openDesk('/settings', {}, 'protection-kind-production-us');
    await fireEvent.click(screen.getByTestId('protection-kind-production-us-open'));
    await waitFor(() => screen.getByTestId('unlock-dialog'));
    expect(backend.asked('connections.saveEnvironment')).toEqual([]);
  });
});
