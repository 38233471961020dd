import type { Archive } from '../archive/archive.ts';
import type { ArchivedFilter, ArchivedLine, StartKey } from '../archive/archived-line.ts';
import { executionSummary, linksOf } from './execution-view.ts';
import { compareKeys, keyOf, pageByStart } from './page-by-start.ts';
import type { Runs, RunSummary } from './runs.ts';
import type { ExecutionSummary } from './view.ts';
import { runsOfQuery, visibilityQuery } from './visibility-query.ts';

export interface Sources {
  /** Null: the archive alone. */
  readonly runs: Pick<Runs, 'list'> | null;
  readonly archive: Pick<Archive, 'page' | 'runsOf'> | null;
}
interface Placed {
  readonly key: StartKey;
  readonly summary: ExecutionSummary;
}
/** What a source gave from after a key on. `end`: the last key up to which nothing is left out; null when that is all. */
interface Part {
  readonly items: readonly Placed[];
  readonly end: StartKey | null;
}

/** Rounds until a page is given as it is, if all that was found belongs elsewhere. */
const MAX_ROUNDS = 20;
/** Ids in one query. */
const IDS = 200;

/**
 * One page over Temporal's visibility and the archive. Both are sorted by the start of an execution's last run, so an execution keeps
 * its place when it is archived. What is archived as Temporal has it is shown from the archive; an ended run that is not
 * its execution's last is shown from neither.
 */
export async function mergedPage(
  sources: Sources,
  filter: ArchivedFilter,
  page: { readonly limit: number; readonly after: StartKey | null; readonly now: number },
): Promise<{ readonly items: readonly ExecutionSummary[]; readonly next: StartKey | null }> {
  const wanted = page.limit + 1;
  const found: Placed[] = [];
  let after = page.after;
  let more = true;
  for (let round = 0; more && found.length < wanted && round < MAX_ROUNDS; round++) {
    const request = { limit: wanted, after, now: page.now };
    // In this order: what is archived in between is found twice, and shown once. The other way round it could be missed.
    const visible = await visiblePart(sources, filter, request);
    const archived = await archivedPart(sources, filter, request);
    const end = earlier(visible.end, archived.end);
    const seen = new Set(found.map(({ summary }) => summary.execution_id));
    for (const one of [...archived.items, ...visible.items].sort((a, b) => compareKeys(a.key, b.key))) {
      if (seen.has(one.summary.execution_id) || (end !== null && compareKeys(one.key, end) > 0)) continue;
      seen.add(one.summary.execution_id);
      found.push(one);
    }
    more = end !== null;
    after = end ?? after;
  }
  const shown = found.slice(0, page.limit);
  const last = shown.at(-1)?.key ?? null;
  const next = found.length > page.limit ? last : more ? after : null;
  return { items: shown.map(({ summary }) => summary), next };
}

type Request = { readonly limit: number; readonly after: StartKey | null; readonly now: number };

async function visiblePart({ runs, archive }: Sources, filter: ArchivedFilter, request: Request): Promise<Part> {
  if (runs === null) return { items: [], end: null };
  const found = await pageByStart(runs, visibilityQuery(filter), request);
  const last = found.at(-1);
  const ended = found.filter((run) => run.status !== 'running');
  const archived = (await archive?.runsOf(ended.map((run) => run.executionId))) ?? new Map<string, readonly string[]>();
  const left = found.filter((run) => archived.get(run.executionId)?.includes(run.runId) !== true);
  const latest = await latestRuns(
    runs,
    left.filter((run) => run.status !== 'running').map((run) => run.executionId),
  );
  const items = left.filter((run) => (latest.get(run.executionId) ?? run).runId === run.runId);
  return {
    items: items.map((run) => ({ key: keyOf(run), summary: executionSummary(run) })),
    end: last !== undefined && found.length >= request.limit ? keyOf(last) : null,
  };
}

async function archivedPart({ runs, archive }: Sources, filter: ArchivedFilter, request: Request): Promise<Part> {
  if (archive === null || filter.state === 'open') return { items: [], end: null };
  const found = await archive.page(filter, request);
  const last = found.at(-1);
  const latest =
    runs === null
      ? new Map()
      : await latestRuns(
          runs,
          found.map((line) => line.executionId),
        );
  // Rolled back after its end: Temporal has a later run, and shows it.
  const items = found.filter((line) => line.runs.includes(latest.get(line.executionId)?.runId ?? line.runs[0] ?? ''));
  return {
    items: items.map((line) => ({ key: keyOfLine(line), summary: lineSummary(line) })),
    end: last !== undefined && found.length >= request.limit ? keyOfLine(last) : null,
  };
}

/** The last run of each that Temporal knows. */
async function latestRuns(
  runs: Pick<Runs, 'list'>,
  executionIds: readonly string[],
): Promise<ReadonlyMap<string, RunSummary>> {
  const latest = new Map<string, RunSummary>();
  for (let at = 0; at < executionIds.length; at += IDS) {
    const query = runsOfQuery([...new Set(executionIds.slice(at, at + IDS))]);
    let cursor: Uint8Array | null = null;
    do {
      const page: Awaited<ReturnType<Runs['list']>> = await runs.list(query, { size: 1_000, cursor });
      for (const run of page.items) {
        const known = latest.get(run.executionId);
        if (known === undefined || run.startedAt > known.startedAt) latest.set(run.executionId, run);
      }
      ({ cursor } = page);
    } while (cursor !== null);
  }
  return latest;
}

const keyOfLine = (line: ArchivedLine): StartKey => [line.lastStartedAt.getTime(), line.executionId];

function lineSummary(line: ArchivedLine): ExecutionSummary {
  return {
    execution_id: line.executionId,
    flow: line.flow,
    version: line.version,
    status: line.status,
    environment: line.environment,
    tags: line.tags,
    started_at: line.startedAt.toISOString(),
    ended_at: line.endedAt.toISOString(),
    links: linksOf(line.executionId, line.flow),
  };
}

/** The one that comes first in the order; null is the end of all. */
function earlier(a: StartKey | null, b: StartKey | null): StartKey | null {
  if (a === null || b === null) return a ?? b;
  return compareKeys(a, b) < 0 ? a : b;
}
