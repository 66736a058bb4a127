import { Channel, invoke } from '@tauri-apps/api/core';
import { BackendError, failureOf, type Backend, type CommandName, type Reply, type Request } from './backend';
import type { Event } from './generated/view';

/** The backend behind the window: commands of the shell, which only forward, and the desktop's file dialog. */
export function tauriBackend(): Backend {
  const listeners = new Set<(event: Event) => void>();
  let channel: Channel<Event> | undefined;

  function open(): void {
    channel = new Channel<Event>();
    channel.onmessage = (event) => listeners.forEach((listener) => listener(event));
    void invoke('subscribe', { channel });
  }

  async function ask<T>(command: string, given: Record<string, unknown>): Promise<T> {
    try {
      return await invoke<T>(command, given);
    } catch (thrown) {
      throw new BackendError(failureOf(thrown));
    }
  }

  return {
    call<C extends CommandName>(name: C, request: Request<C>): Promise<Reply<C>> {
      return ask<Reply<C>>('call', { name, payload: request });
    },
    chooseFile(title) {
      return ask<string | null>('choose_file', { title });
    },
    subscribe(listener) {
      listeners.add(listener);
      if (!channel) open();
      return () => listeners.delete(listener);
    },
  };
}
