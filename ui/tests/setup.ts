import { cleanup, configure } from '@testing-library/svelte';
import { afterEach, vi } from 'vitest';
import { setPlatform } from '../src/shared/platform.svelte';
import { setLanguage } from '../src/words/index.svelte';

// The document of the tests has no layout; what asks for it gets nothing.
class NoResize {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}
globalThis.ResizeObserver ??= NoResize as unknown as typeof ResizeObserver;

// A busy machine is slow, not wrong.
configure({ asyncUtilTimeout: 10_000 });

afterEach(() => {
  cleanup();
  vi.useRealTimers();
  setLanguage('en');
  setPlatform('linux');
  location.hash = '';
});
