import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from './catalogue.ts';
import { renderDiagnostics } from './render-markdown.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const PAGE = path.join(ROOT, 'docs/reference/diagnostics.md');

function sourcesIn(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(dir, entry.name);
    if (entry.isDirectory()) return sourcesIn(file);
    return file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.includes('/diagnostics/catalogue') ? [file] : [];
  });
}

describe('diagnostics catalogue', () => {
  it('is what docs/reference/diagnostics.md shows', () => {
    const rendered = renderDiagnostics();
    if (process.env['UPDATE_GOLDENS'] === '1') {
      mkdirSync(path.dirname(PAGE), { recursive: true });
      writeFileSync(PAGE, rendered);
    }
    expect(existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '').toBe(rendered);
  });

  it('documents every code that the compiler uses, and no other', () => {
    const used = new Set(
      [...sourcesIn(path.join(ROOT, 'src/dsl')), ...sourcesIn(path.join(ROOT, 'src/flows'))].flatMap(
        (file) => readFileSync(file, 'utf8').match(/WEIR\d{4}/g) ?? [],
      ),
    );
    expect([...used].sort()).toEqual(Object.keys(CATALOGUE).sort());
  });

  it('has four digits, a full explanation, an example and a fix for each', () => {
    for (const [code, entry] of Object.entries(CATALOGUE)) {
      expect(code).toMatch(/^WEIR[0-5]\d{3}$/);
      for (const text of [entry.title, entry.explanation, entry.bad, entry.fix])
        expect(text.length, code).toBeGreaterThan(4);
      expect(entry.bad, code).not.toBe(entry.fix);
    }
  });
});
