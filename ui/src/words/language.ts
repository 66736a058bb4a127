/** A language of the window. */
export type Language = 'en' | 'zh-CN';

/** The language for what the system prefers. */
export function systemLanguage(preferred: readonly string[] = navigator.languages): Language {
  const first = preferred.find((name) => /^(en|zh)\b/i.test(name));
  return first?.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}
