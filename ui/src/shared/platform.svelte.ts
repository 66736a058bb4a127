/** Whether ⌘ is the key for commands here. Set once at the start from what the backend says. */
let mac = $state(false);

/** Tells which system this is: `macos`, `linux` or `windows`. */
export function setPlatform(platform: string): void {
  mac = platform === 'macos';
}

/** Whether this is macOS. */
export function isMac(): boolean {
  return mac;
}
