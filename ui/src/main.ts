import '@fontsource-variable/inter/wght.css';
import '@fontsource/jetbrains-mono/latin-400.css';
import '@fontsource/jetbrains-mono/latin-600.css';
import { mount } from 'svelte';
import type { Backend } from './backend/backend';
import { tauriBackend } from './backend/tauri';
import App from './shell/App.svelte';
import './styles/tokens.css';
import './styles/base.css';

declare global {
  interface Window {
    /** Every violation of the content security policy since the window opened; tests read it. */
    __cspViolations: string[];
    __TAURI_INTERNALS__?: unknown;
  }
}

window.__cspViolations = [];
document.addEventListener('securitypolicyviolation', (event) => {
  window.__cspViolations.push(
    `${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`,
  );
});

/** In a browser a told story stands in for the backend. A build for the window does not contain it. */
async function backend(): Promise<{ backend: Backend; clock?: () => number }> {
  if (window.__TAURI_INTERNALS__) return { backend: tauriBackend() };
  if (import.meta.env.DEV || import.meta.env.VITE_STORY) {
    const { tellStory } = await import('./backend/fake/browser');
    return tellStory(new URLSearchParams(location.search));
  }
  return { backend: tauriBackend() };
}

const target = document.getElementById('app');
if (target) void backend().then((props) => mount(App, { target, props }));
