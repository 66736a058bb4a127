import { join } from 'node:path';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const eslint = new ESLint({ cwd: root });

/** The rules that a line breaks in a file of that name. */
async function broken(file: string, line: string): Promise<string[]> {
  const [result] = await eslint.lintText(`${line}\n`, { filePath: join(root, file) });
  return (result?.messages ?? []).map((message) => message.ruleId ?? '');
}

describe('imports go shared ← domain ← views', () => {
  it.each([
    ['src/shared/planted.ts', "import '../domain/way';"],
    ['src/shared/planted.ts', "import '../views/live/alarm';"],
    ['src/shared/planted.ts', "import '../backend/backend';"],
    ['src/domain/planted.ts', "import '../views/live/alarm';"],
    ['src/domain/planted.ts', "import '../shell/views';"],
    ['src/backend/planted.ts', "import '../domain/way';"],
  ])('and %s may not say: %s', async (file, line) => {
    expect(await broken(file, line)).toContain('no-restricted-imports');
  });

  it('and views may use both', async () => {
    expect(
      await broken('src/views/live/planted.ts', "import '../../domain/way';\nimport '../../shared/plot';"),
    ).toEqual([]);
  });
});
