import { Problem } from '../problems/problem.ts';

/** What part of a list is asked for, newest first. */
export interface PageRequest {
  readonly limit: number;
  readonly cursor: string | null;
}
export interface Page<T> {
  readonly items: readonly T[];
  /** Cursor of the next page; null on the last. */
  readonly next: string | null;
}
/** Place in a list that is ordered by time and id, both falling. */
export interface PageKey {
  readonly at: Date;
  readonly id: string;
}

/** The key behind a cursor; null for the first page. `id`: what ids of this list look like. Throws invalid_request. */
export function keyOfCursor(cursor: string | null, id: RegExp): PageKey | null {
  if (cursor === null) return null;
  const [time = '', ...rest] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  const key = { at: new Date(Number(time)), id: rest.join(' ') };
  // 14 digits: PostgreSQL reads no time beyond the year 9999 as RFC 3339 writes it.
  if (!/^\d{1,14}$/.test(time) || Number.isNaN(key.at.getTime()) || !id.test(key.id))
    throw new Problem('invalid_request', '`cursor` is not one that a page of this list gave.');
  return key;
}

/** Makes a page of up to `limit + 1` rows. */
export function pageOf<Row, T>(
  rows: readonly Row[],
  limit: number,
  { key, view }: { readonly key: (row: Row) => PageKey; readonly view: (row: Row) => T },
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { items: shown.map(view), next: last === undefined ? null : cursorOf(key(last)) };
}

function cursorOf({ at, id }: PageKey): string {
  return Buffer.from(`${at.getTime()} ${id}`).toString('base64url');
}

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
