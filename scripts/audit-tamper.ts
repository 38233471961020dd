// What `npm run check:audit-tamper` does: a temporary PostgreSQL, real changes with their records, an export, and `weir audit verify` on
// the export and on what somebody made of it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../postgres/server.ts';
import { createCheckpointFile } from '../src/audit/checkpoint-file.ts';
import { createCheckpointer } from '../src/audit/checkpointer.ts';
import { createAuditLog } from '../src/audit/create-audit-log.ts';
import { createSigner, generateSigningKey } from '../src/audit/signer.ts';
import { systemPrincipal } from '../src/auth/principal.ts';
import { weir } from '../src/cli/testing/fake-io.ts';
import { change } from '../src/store/change.ts';
import { openDatabase } from '../src/store/database.ts';
import { migrate } from '../src/store/migrate.ts';
import { environments } from '../src/store/schema/index.ts';

const RECORDS = 200;
const folder = await mkdtemp(join(tmpdir(), 'weir-audit-tamper-'));
const server = await startPostgres({ env: { ...process.env, DATABASE_URL: undefined }, log: () => undefined });
try {
  await migrate(server.url);
  const original = await makeExport();
  const lines = original.split('\n').slice(0, -1);
  const middle = lines.findIndex((line, at) => at > lines.length / 2 && line.startsWith('{"seq"'));
  const text = (changed: readonly string[]): string => changed.map((line) => `${line}\n`).join('');
  const line = lines[middle] ?? '';
  const next = lines[middle + 1] ?? '';
  const cases: readonly (readonly [string, string, string | null])[] = [
    ['as it was exported', original, null],
    ['one changed byte', text(lines.with(middle, line.replace('rank', 'rang'))), 'changed'],
    ['one deleted line', text(lines.toSpliced(middle, 1)), 'missing'],
    ['two swapped lines', text(lines.with(middle, next).with(middle + 1, line)), 'out_of_order'],
    ['a cut-off tail', text(lines.slice(0, -20)), 'tail_cut'],
  ];
  const results = [];
  for (const [name, content, expected] of cases) results.push(await check(name, content, expected));
  console.log(results.every(Boolean) ? 'All five verdicts are as they must be.' : 'A verdict is wrong.');
  process.exitCode = results.every(Boolean) ? 0 : 1;
} finally {
  await server.stop();
  await rm(folder, { recursive: true });
}

/** Changes of environments with their records, a checkpoint in between, and the export of all. */
async function makeExport(): Promise<string> {
  const signer = createSigner({ privateKeyPem: generateSigningKey() });
  await writeFile(join(folder, 'public.pem'), signer.publicKeyPem);
  const database = openDatabase({ url: server.url });
  const sink = createCheckpointFile(join(folder, 'checkpoints.jsonl'));
  const checkpointer = createCheckpointer({ database, signer, sink });
  try {
    const context = { principal: systemPrincipal('check', 'default'), requestId: crypto.randomUUID(), now: Date.now() };
    for (let rank = 1; rank <= RECORDS; rank++) {
      await change(database, context, async (tx, record) => {
        await tx.update(environments).set({ rank });
        record({ action: 'environment.update', subject: { type: 'environment', id: 'dev' }, details: { rank } });
      });
      if (rank === RECORDS / 2) await checkpointer.tick();
    }
    let text = '';
    for await (const chunk of createAuditLog({ database, signer })(context).export('jsonl', {})) text += chunk;
    return text;
  } finally {
    await checkpointer.close();
    await database.close();
  }
}

async function check(name: string, content: string, expected: string | null): Promise<boolean> {
  await writeFile(join(folder, 'export.jsonl'), content);
  const argv = ['audit', 'verify', 'export.jsonl', '--key', 'public.pem', '--checkpoints', 'checkpoints.jsonl'];
  const { code, stdout } = await weir(argv, { cwd: folder });
  const verdict = JSON.parse((await weir([...argv, '--json'], { cwd: folder })).stdout) as {
    fault: { code: string } | null;
  };
  const good = code === (expected === null ? 0 : 1) && (verdict.fault?.code ?? null) === expected;
  console.log(`${good ? 'ok   ' : 'WRONG'} ${name}: weir audit verify ends with ${code}`);
  console.log(stdout.trimEnd().replace(/^/gm, '      '));
  return good;
}
