import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/** Shared knows nothing of releases, domain nothing of screens: arrows go shared ← domain ← views. */
const forbid = (...folders) => ({
  'no-restricted-imports': [
    'error',
    {
      patterns: folders.map((folder) => ({
        regex: `(^|/)${folder}(/|$)`,
        message: `Imports go shared ← domain ← views; this may not use ${folder}.`,
      })),
    },
  ],
});

export default ts.config(
  { ignores: ['dist/', 'src/backend/generated/'] },
  ...ts.configs.recommended,
  ...svelte.configs['flat/recommended'],
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
    rules: { 'svelte/no-at-html-tags': 'error' },
  },
  { files: ['src/shared/**'], rules: forbid('domain', 'views', 'backend', 'shell') },
  { files: ['src/domain/**'], rules: forbid('views', 'shell') },
  { files: ['src/backend/**'], rules: forbid('domain', 'views', 'shell', 'shared') },
);
