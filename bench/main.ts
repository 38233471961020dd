// npm run bench: measures the promises on speed and size, prints a table and writes bench/results/latest.json.
// --only engine | api | archive | compiler | processes | audit narrows it (several times), --quick takes fewer rounds.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import type { Measurement } from './measurement.ts';

type Part = (options: { quick: boolean; report: (line: string) => void }) => Promise<readonly Measurement[]>;

const PARTS: Readonly<Record<string, Part>> = {
  compiler: async () => (await import('./compiler.ts')).measureCompiler(),
  archive: async (options) => (await import('./archive.ts')).measureArchive(options),
  audit: async (options) => (await import('./audit.ts')).measureAudit(options),
  processes: async (options) => (await import('./processes.ts')).measureProcesses(options),
  api: async (options) => {
    const { openControlRoom } = await import('./control-room.ts');
    const { measureApi } = await import('./api.ts');
    const room = await openControlRoom(options.report);
    try {
      return await measureApi(room, options);
    } finally {
      await room.close();
    }
  },
  engine: async (options) => {
    const { openEngineRoom } = await import('./engine-room.ts');
    const { measureEngine } = await import('./engine.ts');
    const room = await openEngineRoom(options.report);
    try {
      return await measureEngine(room, options);
    } finally {
      await room.close();
    }
  },
};

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, quick: { type: 'boolean', default: false } },
});
const chosen = values.only ?? Object.keys(PARTS);
const found: Measurement[] = [];
for (const name of chosen) {
  const part = PARTS[name];
  if (part === undefined) throw new Error(`--only takes ${Object.keys(PARTS).join(', ')}, not ${name}`);
  found.push(...(await part({ quick: values.quick, report: (line) => console.error(`… ${line}`) })));
}

const table = new Table({ head: ['', 'what', 'measured', 'goal', ''], style: { head: [], border: [] } });
for (const one of found)
  table.push([
    one.met ? '✓' : '✗',
    one.name,
    `${shown(one.value)} ${one.unit}`,
    `${one.compare} ${one.goal}`,
    one.note ?? '',
  ]);
console.log(table.toString());

const folder = join(import.meta.dirname, 'results');
await mkdir(folder, { recursive: true });
await writeFile(join(folder, 'latest.json'), `${JSON.stringify(found, null, 2)}\n`);
process.exitCode = found.every((one) => one.met) ? 0 : 1;

function shown(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
