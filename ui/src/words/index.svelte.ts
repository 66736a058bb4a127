import { en } from './en';
import type { Language } from './language';
import { zh } from './zh';

export * from './format';
export { systemLanguage, type Language } from './language';

/** Everything that the window can say. English decides which words there are; a language without one does not compile. */
export type Words = typeof en;

const catalogues: Record<Language, Words> = { en, 'zh-CN': zh };
let current = $state<Language>('en');

/** The words of the chosen language. Read it inside templates and derived values, so that a change is seen at once. */
export function words(): Words {
  return catalogues[current];
}

/** The chosen language. */
export function language(): Language {
  return current;
}

/** Chooses the language and tells the document. */
export function setLanguage(chosen: Language): void {
  current = chosen;
  document.documentElement.lang = chosen;
}
