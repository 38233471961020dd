// `node --import tsx scripts/record-histories.ts`: records the scenarios of test/replay that have no history yet for the current
// behaviour of the interpreter. A history that is there is never written again: it stands for runs that are still open.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HistoryEvent } from '../src/executions/history.ts';
import { historyToJson } from '../src/worker/history-json.ts';
import { CURRENT_BEHAVIOUR } from '../src/workflows/interpreter/behaviours.ts';
import { findTemporal } from '../temporal/find-temporal.ts';
import { freePort } from '../temporal/free-port.ts';
import { startGuardedProcess } from '../temporal/guarded-process.ts';
import { SEARCH_ATTRIBUTE_TYPES } from '../temporal/search-attributes.ts';
import { startDevServer } from '../temporal/server.ts';
import { waitUntilReady } from '../temporal/wait-until-ready.ts';
import { TemporalWiring } from '../test/run/temporal-wiring.ts';
import { HISTORIES } from '../test/replay/histories.ts';
import { record } from '../test/replay/record.ts';
import { recordScheduled } from '../test/replay/record-scheduled.ts';
import { SCENARIO_ADAPTERS, type Scenario } from '../test/replay/scenario.ts';
import { SCENARIOS } from '../test/replay/scenarios/index.ts';

const folder = join(HISTORIES, String(CURRENT_BEHAVIOUR));
const log = (line: string): void => console.error(line);
mkdirSync(folder, { recursive: true });
const missing = SCENARIOS.filter(({ name }) => !existsSync(join(folder, `${name}.json`)));
log(`behaviour ${CURRENT_BEHAVIOUR}: ${missing.length} of ${SCENARIOS.length} histories are missing`);
await recordAll(
  missing.filter(({ short }) => short === undefined),
  () => startDevServer({ env: process.env, log, uiPort: false }),
);
await recordAll(
  missing.filter(({ short }) => short !== undefined),
  startShortServer,
);
if (!existsSync(join(folder, 'scheduled-flow-completes.json'))) {
  const server = await startDevServer({ env: process.env, log, uiPort: false });
  try {
    for (const [name, events] of Object.entries(await recordScheduled(server.address))) writeHistory(name, events);
  } finally {
    await server.stop();
  }
}

async function recordAll(
  scenarios: readonly Scenario[],
  startServer: () => Promise<{ address: string; stop: () => Promise<void> }>,
): Promise<void> {
  if (scenarios.length === 0) return;
  const server = await startServer();
  const wiring = await TemporalWiring.start(server.address, {
    taskQueue: 'record-histories',
    adapters: SCENARIO_ADAPTERS,
  });
  try {
    for (const scenario of scenarios) {
      const { histories, outcome, also } = await record(wiring, scenario);
      histories.forEach((events, run) => writeHistory(run === 0 ? scenario.name : `${scenario.name}.${run}`, events));
      for (const [name, events] of Object.entries(also)) writeHistory(name, events);
      write(`${scenario.name}.outcome.json`, JSON.stringify(outcome, null, 2));
      log(`${scenario.name}: ${histories.map((events) => events.length).join(' + ')} events, ${outcome.status}`);
    }
  } finally {
    await wiring.stop();
    await server.stop();
  }
}

function writeHistory(name: string, events: readonly HistoryEvent[]): void {
  write(`${name}.json`, JSON.stringify(historyToJson({ events: [...events] }), null, 1));
}
/** `wx`: fails rather than write over a file. */
function write(file: string, text: string): void {
  writeFileSync(join(folder, file), `${text}\n`, { flag: 'wx' });
}

/** A server that advises to continue as new after 60 events, so that a history in which that happens stays small. */
async function startShortServer(): Promise<{ address: string; stop: () => Promise<void> }> {
  const room = mkdtempSync(join(tmpdir(), 'weir-record-'));
  const port = await freePort();
  const args = [
    'server',
    'start-dev',
    '--headless',
    '--ip',
    '127.0.0.1',
    '--port',
    String(port),
    '--log-level',
    'error',
    '--dynamic-config-value',
    'limit.historyCount.suggestContinueAsNew=60',
  ];
  const attributes = Object.entries(SEARCH_ATTRIBUTE_TYPES).flatMap(([name, type]) => [
    '--search-attribute',
    `${name}=${type}`,
  ]);
  const server = startGuardedProcess({
    command: await findTemporal({ env: process.env, log }),
    args: [...args, ...attributes],
    env: process.env,
    logFile: join(room, 'temporal.log'),
  });
  const address = `127.0.0.1:${port}`;
  await waitUntilReady(address, { timeoutMs: 60_000 });
  return {
    address,
    stop: async () => {
      await server.stop();
      rmSync(room, { recursive: true, force: true });
    },
  };
}
