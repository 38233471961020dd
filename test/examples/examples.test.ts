import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { weir } from '../../src/cli/testing/fake-io.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDERS = ['examples/seeds', 'examples/shop', 'examples/control-plane'] as const;
const flows = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.flow.yaml'))
    .map((name) => ({ folder, name: name.replace('.flow.yaml', '') })),
);

describe('examples', () => {
  it.each(flows)('$folder/$name has neither errors nor warnings', async ({ folder, name }) => {
    const { code, stdout, stderr } = await weir(['validate', `${folder}/${name}.flow.yaml`, '--strict'], { cwd: ROOT });
    expect({ code, text: stdout + stderr }).toMatchObject({ code: 0, text: expect.stringContaining('no problems') });
  });

  it.each(flows)('$folder/$name passes its flow tests', async ({ folder, name }) => {
    const { stdout } = await weir(['test', `${folder}/${name}.test.yaml`, '--json'], { cwd: ROOT });
    const { ok, files } = JSON.parse(stdout) as { ok: boolean; files: { cases: unknown[]; diagnostics: unknown[] }[] };
    expect({ ok, diagnostics: files.flatMap((file) => file.diagnostics) }).toEqual({ ok: true, diagnostics: [] });
    expect(files.flatMap((file) => file.cases).length).toBeGreaterThan(0);
  });

  it.each(flows)('$folder/$name has an input to run it with', ({ folder, name }) => {
    expect(existsSync(join(ROOT, folder, 'inputs', `${name}.json`))).toBe(true);
  });
});
