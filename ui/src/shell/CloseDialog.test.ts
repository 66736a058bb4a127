import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { openWindow, pressKey } from '../../tests/helpers/window';

async function askToClose(story: 'healthy' | 'rollingBack' = 'healthy') {
  const teller = await openWindow(story);
  teller.backend.push({ kind: 'closeAsked' });
  await waitFor(() => screen.getByTestId('closing-R-1284'));
  return teller;
}

describe('closing the window while a release runs', () => {
  it('says that nobody judges meanwhile, and the whole command that goes back by hand', async () => {
    await askToClose();
    const dialog = screen.getByTestId('close-dialog');
    expect(dialog.textContent).toContain('Nobody judges while Slipway is closed.');
    expect(screen.getByTestId('by-hand-R-1284').textContent).toContain('kubectl');
  });

  it('keeps running in the tray, or holds and quits, as the person says', async () => {
    const teller = await askToClose();
    await fireEvent.click(screen.getByTestId('close-tray'));
    await waitFor(() => expect(screen.queryByTestId('close-dialog')).toBeNull());
    teller.backend.push({ kind: 'closeAsked' });
    await waitFor(() => screen.getByTestId('closing-R-1284'));
    await fireEvent.click(screen.getByTestId('close-hold'));
    await waitFor(() => expect(teller.backend.asked('app.leave')).toEqual([{ how: 'tray' }, { how: 'hold' }]));
  });

  it('stays open by Escape, and Roll back stays within reach behind it', async () => {
    const teller = await askToClose();
    pressKey('B', { code: 'KeyB', ctrlKey: true, shiftKey: true });
    await waitFor(() => expect(teller.backend.asked('release.rollBack')).toHaveLength(1));
    await fireEvent.keyDown(screen.getByTestId('close-dialog'), { key: 'Escape' });
    await waitFor(() => expect(screen.queryByTestId('close-dialog')).toBeNull());
    expect(teller.backend.asked('app.leave')).toEqual([]);
  });

  it('does not offer to hold what cannot be held', async () => {
    await askToClose('rollingBack');
    expect(screen.getByTestId('close-hold').getAttribute('aria-disabled')).toBe('true');
  });
});
