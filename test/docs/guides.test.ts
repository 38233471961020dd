import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { weir } from '../../src/cli/testing/fake-io.ts';
import { readDoc, ROOT } from './environment.ts';

// The files that a guide tells its reader to write, "`flows/x.yaml`:" and a block, do what the guide says.
const GUIDES = ['docs/guides/write-a-flow.md', 'docs/guides/test-flows.md'];
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-guides-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(GUIDES)('%s', (guide) => {
  const files = [...readDoc(guide).matchAll(/^`(\S+\.yaml)`:\n\n```yaml\n([\s\S]*?)^```$/gm)];

  it('has a flow that is sound and passes its tests', async () => {
    const cwd = join(folder, guide.replaceAll('/', '-'));
    for (const [, path = '', source = ''] of files) {
      mkdirSync(dirname(join(cwd, path)), { recursive: true });
      writeFileSync(join(cwd, path), source);
    }
    cpSync(join(ROOT, 'examples/seeds/adapters'), join(cwd, 'adapters'), { recursive: true });
    expect(files.length).toBeGreaterThan(1);
    const validated = await weir(['validate', 'flows', '--strict'], { cwd });
    expect(validated, validated.stdout + validated.stderr).toMatchObject({ code: 0 });
    const tested = await weir(['test', 'flows'], { cwd });
    expect(tested, tested.stdout + tested.stderr).toMatchObject({ code: 0 });
  });
});
