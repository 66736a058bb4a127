import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** Runes everywhere; styles go to one file, never into a style element of the page. */
export default {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: true, css: 'external' },
};
