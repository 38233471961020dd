import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Archive } from '../archive/archive.ts';
import type { ArchivedFilter, StartKey } from '../archive/archived-line.ts';
import { Problem } from '../problems/problem.ts';
import { mergedPage } from './merged-page.ts';
import type { Runs } from './runs.ts';
import type { ExecutionSummary } from './view.ts';

/** All given must hold. */
export interface ExecutionFilter extends ArchivedFilter {
  readonly flow?: string;
  /** Only what is in the archive: answers when Temporal is away, too. */
  readonly archived?: 'only';
}
export interface ExecutionPage {
  readonly items: readonly ExecutionSummary[];
  /** Cursor of the next page; null on the last. */
  readonly next: string | null;
}

/**
 * One page, newest start of a last run first, of what Temporal knows and what is archived, each execution once with its last state.
 * Visibility is eventually consistent: a start shows within a second. Throws invalid_request for a cursor that is none.
 */
export async function listExecutions(
  { runs, archive }: { readonly runs: Pick<Runs, 'list'>; readonly archive?: Archive | undefined },
  filter: ExecutionFilter,
  page: { readonly limit: number; readonly cursor: string | null; readonly now: number },
): Promise<ExecutionPage> {
  const key = filterKey(filter);
  const after = page.cursor === null ? null : decodeCursor(page.cursor, key);
  const flows = flowsOf(filter);
  if (flows !== undefined && flows.length === 0) return { items: [], next: null };
  const { flow: _flow, flows: _flows, archived, ...rest } = filter;
  const sources = { runs: archived === 'only' ? null : runs, archive: archive ?? null };
  const found = await mergedPage(sources, { ...rest, ...(flows !== undefined && { flows }) }, { ...page, after });
  return { items: found.items, next: found.next === null ? null : encodeCursor(found.next, key) };
}

/** Both the flow that was asked for and those that may be seen; undefined: every flow. */
function flowsOf({ flow, flows }: ExecutionFilter): readonly string[] | undefined {
  if (flow === undefined) return flows;
  return flows === undefined || flows.includes(flow) ? [flow] : [];
}

/** What a cursor belongs to: not what the caller may see, which can change from page to page. */
const filterKey = (filter: ExecutionFilter): string =>
  JSON.stringify(
    filter,
    Object.keys(filter)
      .filter((name) => name !== 'flows')
      .sort(),
  );

/** The key of the last item, with a check sum over it and the filter: under another filter it would mean nothing. */
function encodeCursor(key: StartKey, filter: string): string {
  const text = JSON.stringify(key);
  return `${Buffer.from(text).toString('base64url')}.${checkSum(text, filter)}`;
}
function decodeCursor(cursor: string, filter: string): StartKey {
  const [encoded = '', sum] = cursor.split('.');
  const text = Buffer.from(encoded, 'base64url').toString('utf8');
  const key = checkSum(text, filter) === sum ? keyOf(text) : null;
  if (key === null)
    throw new Problem(
      'invalid_request',
      '`cursor` is not one that a page of this list gave; keep the filters as they were.',
    );
  return key;
}

/** The check sum is no proof that encodeCursor wrote it: anybody can reckon one. Null for what no database would take. */
function keyOf(text: string): StartKey | null {
  const found = KEY.safeParse(parsedOrNull(text));
  return found.success ? found.data : null;
}
/** Milliseconds up to the year 5138, which a time of four digits has. */
const KEY = z.tuple([z.int().min(0).max(99_999_999_999_999), z.string().regex(/^[^\p{Cc}\p{Cs}]{1,1000}$/u)]);

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
const checkSum = (text: string, filter: string): string =>
  createHash('sha256').update(text).update(filter).digest('base64url').slice(0, 10);

export { visibilityQuery } from './visibility-query.ts';
