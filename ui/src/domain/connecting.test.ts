import { describe, expect, it } from 'vitest';
import { FakeBackend } from '../backend/fake/fake';
import { connections } from '../backend/fake/setup';
import type { Connections, ContextRow } from '../backend/generated/view';
import { Connecting, firstNamespaces, freeName, protectionFor, typedNames } from './connecting.svelte';
import { Session } from './session.svelte';

const told = connections({ now: 0 }, {});
const row = (more: Partial<ContextRow>): ContextRow => ({ ...(told.contexts[0] as ContextRow), ...more });

describe('connecting', () => {
  it('locks production by itself', () => {
    expect(protectionFor('production')).toEqual({ kind: 'locked', unlockedUntil: null });
    expect(protectionFor('staging').kind).toBe('confirm');
  });

  it('begins with the namespace that the context names', () => {
    expect(firstNamespaces(row({ namespace: 'shop' }))).toEqual(['shop']);
    expect(firstNamespaces(row({ namespace: null, namespaces: ['a', 'default'] }))).toEqual(['default']);
    expect(firstNamespaces(row({ namespace: null, namespaces: ['only'] }))).toEqual(['only']);
    expect(firstNamespaces(row({ namespace: null, namespaces: ['a', 'b'] }))).toEqual([]);
  });

  it('reads typed names with any commas, each once', () => {
    expect(typedNames(' shop, money,shop，支付、x ')).toEqual(['shop', 'money', '支付', 'x']);
    expect(typedNames('')).toEqual([]);
  });

  it('finds a name that is free', () => {
    expect(freeName('prod', ['prod', 'prod-2'])).toBe('prod-3');
  });

  it('asks the contexts that were not asked, and looks again while some are being asked', async () => {
    const backend = new FakeBackend();
    const quiet: Connections = { ...told, contexts: [row({ state: { kind: 'notAsked' } })] };
    const asking: Connections = { ...told, contexts: [row({ state: { kind: 'asking' } })] };
    let reads = 0;
    backend.answer('connections.list', () => (reads++ === 0 ? quiet : told));
    backend.answer('connections.check', () => asking);
    const connecting = new Connecting(new Session(backend), 5);
    const stop = connecting.start();
    await new Promise((resolve) => setTimeout(resolve, 60));
    stop();
    expect(backend.asked('connections.check')).toEqual([{ context: 'kind-dev' }]);
    expect(connecting.current).toBe(told);
    expect(reads).toBe(2);
  });

  it('stops at the first environment that is refused, and says why', async () => {
    const backend = new FakeBackend({ 'connections.list': () => told });
    const failure = { code: 'name-taken', message: 'That name is taken.', hint: 'Choose another one.' };
    backend.refuse('connections.saveEnvironment', failure);
    const connecting = new Connecting(new Session(backend));
    const request = {
      id: null,
      name: 'a',
      context: 'kind-dev',
      namespaces: ['shop'],
      danger: 'development',
      protection: { kind: 'open' },
    } as const;
    expect(await connecting.make([{ ...request, namespaces: [...request.namespaces] }])).toBe(0);
    expect(connecting.failure).toEqual(failure);
  });
});
