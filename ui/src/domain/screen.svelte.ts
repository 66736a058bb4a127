/** Something that the command palette offers. */
export interface PaletteCommand {
  id: string;
  /** What it says, in the chosen language. */
  label: string;
  /** Other words that find it, for example in the other language. */
  also?: string;
  keys?: string;
  run: () => void;
}

/** What the open view tells the frame around it. */
export interface ScreenSays {
  /** What follows the section in the title bar. */
  crumbs?: string[];
  /** Keys that work here, for the status bar. */
  keys?: { keys: string; label: string }[];
  /** One quiet sentence for the status bar. */
  says?: string;
  /** What can be done here; comes first in the command palette. */
  commands?: PaletteCommand[];
}

class Screen {
  current = $state.raw<ScreenSays>({});
}

/** The frame reads it, the open view writes it. */
export const screen = new Screen();

/** Call while a view is set up: keeps the frame in step with the view. */
export function tellScreen(says: () => ScreenSays): void {
  $effect(() => {
    screen.current = says();
  });
  $effect(() => () => {
    screen.current = {};
  });
}
