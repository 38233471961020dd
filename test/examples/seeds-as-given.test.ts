import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

// The five flows that the product was asked to run as they stand. Where they were given is not part of the checkout.
const SEEDS = join(import.meta.dirname, '../../examples/seeds');
const GIVEN = join(import.meta.dirname, '../../../shared/seeds/003_50b49a72508ddf89.txt');
const flowFiles = readdirSync(SEEDS).filter((name) => name.endsWith('.flow.yaml'));

describe.skipIf(!existsSync(GIVEN))('the seed flows (skipped where ../shared is not there to compare with)', () => {
  const given = new Map<string, string>();
  if (existsSync(GIVEN))
    for (const [, block = ''] of readFileSync(GIVEN, 'utf8').matchAll(/^```yaml\n(flow: [\s\S]*?)^```$/gm))
      given.set(/^flow: (\S+)/.exec(block)?.[1] ?? '', block);

  it('are all there', () => {
    expect(flowFiles.map((name) => name.replace('.flow.yaml', '')).sort()).toEqual([...given.keys()].sort());
  });

  it.each(flowFiles)('%s is to the letter what was given', (file) => {
    expect(readFileSync(join(SEEDS, file), 'utf8')).toBe(given.get(file.replace('.flow.yaml', '')));
  });
});
