import { afterEach } from 'vitest';

afterEach(() => {
  location.hash = '';
});
