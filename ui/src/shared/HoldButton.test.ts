import { fireEvent, render, screen } from '@testing-library/svelte';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import HoldButton from './HoldButton.svelte';

describe('the hold button', () => {
  const onheld = vi.fn();
  const props = {
    testid: 'hold',
    onheld,
    label: 'Hold to promote',
    holding: (seconds: number) => `Keep holding, ${seconds.toFixed(1)} s`,
    again: 'Press again to confirm',
  };
  beforeEach(() => {
    vi.useFakeTimers();
    onheld.mockClear();
  });

  it('acts after it was held for 1.2 seconds, and says for how long', async () => {
    render(HoldButton, props);
    const button = screen.getByTestId('hold');
    await fireEvent.pointerDown(button, { button: 0 });
    await vi.advanceTimersByTimeAsync(1150);
    expect(onheld).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(120);
    expect(onheld).toHaveBeenCalledOnce();
    expect(onheld.mock.calls[0]?.[0]).toBeGreaterThanOrEqual(1200);
  });

  it('does nothing when it is let go too early, left, or loses the focus', async () => {
    render(HoldButton, props);
    const button = screen.getByTestId('hold');
    for (const end of [fireEvent.pointerUp, fireEvent.pointerLeave, fireEvent.pointerCancel, fireEvent.blur]) {
      await fireEvent.pointerDown(button, { button: 0 });
      await vi.advanceTimersByTimeAsync(900);
      await end(button);
      await vi.advanceTimersByTimeAsync(2000);
    }
    expect(onheld).not.toHaveBeenCalled();
  });

  it('does not take the click that ends a hold for a press', async () => {
    render(HoldButton, props);
    const button = screen.getByTestId('hold');
    await fireEvent.click(button, { detail: 1 });
    await fireEvent.click(button, { detail: 1 });
    expect(onheld).not.toHaveBeenCalled();
  });

  it('takes two presses within three seconds by keyboard, and says so after the first', async () => {
    render(HoldButton, props);
    const button = screen.getByTestId('hold');
    await fireEvent.click(button, { detail: 0 });
    expect(button.textContent).toContain('Press again to confirm');
    expect(onheld).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2500);
    await fireEvent.click(button, { detail: 0 });
    expect(onheld).toHaveBeenCalledWith(1200);
  });

  it('forgets the first press after three seconds', async () => {
    render(HoldButton, props);
    const button = screen.getByTestId('hold');
    await fireEvent.click(button, { detail: 0 });
    await vi.advanceTimersByTimeAsync(3100);
    await fireEvent.click(button, { detail: 0 });
    expect(onheld).not.toHaveBeenCalled();
  });

  it('does nothing while it is off, and says why', async () => {
    render(HoldButton, { ...props, off: true, offBecause: 'The new version is degraded' });
    const button = screen.getByTestId('hold');
    await fireEvent.pointerDown(button, { button: 0 });
    await vi.advanceTimersByTimeAsync(2000);
    await fireEvent.click(button, { detail: 0 });
    await fireEvent.click(button, { detail: 0 });
    expect(onheld).not.toHaveBeenCalled();
    expect(screen.getByText('The new version is degraded')).toBeTruthy();
  });
});
