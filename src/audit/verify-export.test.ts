import { describe, expect, test } from 'vitest';
import { checkpointLine, signCheckpoint } from './checkpoint.ts';
import { OutsideCheckpoints } from './outside-checkpoints.ts';
import { createSigner, generateSigningKey } from './signer.ts';
import { sampleChain, sampleExport, signer, verdictOf } from './testdata/sample-export.ts';

const chain = sampleChain(6);
const lines = sampleExport(chain);
const at = (n: number): string => lines[n] ?? '';
const text = `${lines.join('\n')}\n`;

test('an export as it was made holds, however it is cut into chunks', async () => {
  for (const chunk of [1, 7, 64, 65_536])
    expect(await verdictOf(lines, { chunk })).toMatchObject({ ok: true, records: 6, checkpoints: 1, fault: null });
  expect(await verdictOf(lines)).toMatchObject({ last: { seq: 6, hash: chain[5]?.hash }, trustedKey: false });
  expect(await verdictOf(sampleExport([]))).toMatchObject({ ok: true, records: 0 });
});

test('text that JSON, PostgreSQL and UTF-8 are at odds about is hashed as it stands', async () => {
  const odd = '\u0000 \ud800 \u2028 \u{1F600} " \\ \n é';
  const records = sampleChain(3, () => ({
    action: 'a.b',
    subject: { type: 'flow', id: odd },
    details: { [odd]: odd.repeat(2_000) },
  }));
  expect(await verdictOf(sampleExport(records))).toMatchObject({ ok: true, records: 3 });
});

test('any changed byte is noticed', async () => {
  const bytes = Buffer.from(text);
  const missed: string[] = [];
  for (let place = 0; place < bytes.length; place++) {
    const changed = Buffer.from(bytes);
    changed[place] = (changed[place] ?? 0) ^ 1;
    const verdict = await verdictOf(changed);
    if (verdict.ok) missed.push(`${place}: ${text.slice(place - 20, place + 20)}`);
  }
  expect(missed).toEqual([]);
});

test('any cut is noticed, down to the last byte', async () => {
  for (let length = 0; length < text.length; length += 11)
    expect((await verdictOf(text.slice(0, length))).ok, String(length)).toBe(false);
  expect((await verdictOf(text.slice(0, -1))).fault).toMatchObject({ code: 'tail_cut' });
  expect((await verdictOf(lines.slice(0, -1))).fault).toMatchObject({ code: 'tail_cut', seq: 7 });
  expect((await verdictOf(lines.slice(0, -3).concat(at(8)))).fault).toMatchObject({ code: 'missing', line: 7, seq: 5 });
});

test('says which line is wrong, which record, and why', async () => {
  const without = (n: number) => lines.toSpliced(n, 1);
  const swapped = [...lines.slice(0, 4), at(5), at(4), ...lines.slice(6)];
  expect((await verdictOf(lines.with(4, at(4).replace('flow-3', 'flow-4')))).fault).toMatchObject({
    code: 'changed',
    line: 5,
    seq: 3,
  });
  expect((await verdictOf(without(4))).fault).toMatchObject({ code: 'missing', line: 5, seq: 3 });
  expect((await verdictOf(without(1))).fault).toMatchObject({ code: 'missing', line: 2, seq: 1 });
  expect((await verdictOf(without(3))).fault).toMatchObject({ code: 'missing', message: '1 checkpoints are missing' });
  expect((await verdictOf(swapped)).fault).toMatchObject({ code: 'out_of_order', line: 5, seq: 4 });
  expect((await verdictOf([...lines.slice(0, 5), at(4), ...lines.slice(5)])).fault).toMatchObject({
    code: 'out_of_order',
    line: 6,
    seq: 3,
  });
  expect((await verdictOf([...lines, at(1)])).fault).toMatchObject({ code: 'after_end', line: 10 });
  expect((await verdictOf(lines.slice(1))).fault).toMatchObject({ code: 'not_an_export', line: 1 });
  expect((await verdictOf('')).fault).toMatchObject({ code: 'not_an_export' });
  expect((await verdictOf('PK\u0003\u0004\n')).fault).toMatchObject({ code: 'not_an_export' });
});

describe('who signed it', () => {
  const other = createSigner({ privateKeyPem: generateSigningKey() });

  test('a chain written anew and signed with another key holds by itself, but not against the trusted key', async () => {
    const forged = sampleExport(sampleChain(6), other);
    expect(await verdictOf(forged)).toMatchObject({ ok: true, trustedKey: false, keyId: other.keyId });
    const options = { trustedKeyPem: signer.publicKeyPem };
    expect((await verdictOf(forged, options)).fault).toMatchObject({ code: 'foreign_key', line: 1 });
    expect(await verdictOf(lines, options)).toMatchObject({ ok: true, trustedKey: true });
  });

  test('a tail signed with another key is noticed', async () => {
    const forged = sampleExport(chain, other);
    expect((await verdictOf(lines.with(-1, forged.at(-1) ?? ''))).fault).toMatchObject({ code: 'wrong_signature' });
    expect((await verdictOf([...lines.slice(0, 3), forged[3] ?? '', ...lines.slice(4)])).ok).toBe(false);
  });

  test('a trusted key that is none is an error', async () => {
    await expect(verdictOf(lines, { trustedKeyPem: 'x' })).rejects.toThrow('not an Ed25519 public key');
  });
});

describe('checkpoints kept outside', () => {
  const kept = (seq: number, hash: string, when = '2025-12-31T12:00:00.000Z', by = signer) =>
    `${checkpointLine(signCheckpoint(by, { organisation: 'default', seq, hash, at: when }))}\n`;
  const good = chain.map(({ seq, hash }) => kept(seq, hash)).join('');

  test('agree with the chain they are of; others are left aside', async () => {
    const foreign = kept(3, '0'.repeat(64)).replace('"default"', '"other"');
    const outside = new OutsideCheckpoints(good + foreign);
    expect(await verdictOf(lines, { outside })).toMatchObject({ ok: true, outsideCheckpoints: 6 });
  });

  test('tell that the database was rolled back', async () => {
    const old = sampleExport(chain.slice(0, 4));
    const verdict = await verdictOf(old, { outside: new OutsideCheckpoints(good) });
    expect(verdict.fault).toMatchObject({ code: 'rolled_back', seq: 5 });
  });

  test('of after the export say nothing about it', async () => {
    const later = kept(9, 'a'.repeat(64), '2026-02-01T00:00:00.000Z');
    expect(await verdictOf(lines, { outside: new OutsideCheckpoints(good + later) })).toMatchObject({ ok: true });
  });

  test('tell that the chain was written anew, with the same key', async () => {
    const anew = sampleChain(6, (n) => ({ action: 'flow.update', subject: { type: 'flow', id: `other-${n}` } }));
    const verdict = await verdictOf(sampleExport(anew), { outside: new OutsideCheckpoints(good) });
    expect(verdict.fault).toMatchObject({ code: 'rewritten', seq: 1, line: 2 });
  });

  test('that were forged are noticed; a torn last line is left aside', async () => {
    const forged = kept(2, 'b'.repeat(64)).replace('b'.repeat(64), chain[1]?.hash ?? '');
    expect((await verdictOf(lines, { outside: new OutsideCheckpoints(forged) })).fault).toMatchObject({
      code: 'wrong_signature',
    });
    expect(await verdictOf(lines, { outside: new OutsideCheckpoints(good.slice(0, -9)) })).toMatchObject({ ok: true });
    expect(() => new OutsideCheckpoints('{}\n')).toThrow('line 1 is no checkpoint');
  });
});
