import { Channel, invoke } from '@tauri-apps/api/core';
import { BackendError, failureOf, type Backend, type CommandName, type Reply, type Request } from './backend';
import type { Event } from './generated/view';

/** The backend behind the window: two commands of the shell, which only forward. */
export function tauriBackend(): Backend {
  const listeners = new Set<(event: Event) => void>();
  let channel: Channel<Event> | undefined;

  function open(): void {
    channel = new Channel<Event>();
    channel.onmessage = (event) => listeners.forEach((listener) => listener(event));
    void invoke('subscribe', { channel });
  }

  return {
    async call<C extends CommandName>(name: C, request: Request<C>): Promise<Reply<C>> {
      try {
        return await invoke<Reply<C>>('call', { name, payload: request });
      } catch (thrown) {
        throw new BackendError(failureOf(thrown));
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      if (!channel) open();
      return () => listeners.delete(listener);
    },
  };
}
