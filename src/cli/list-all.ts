import { Fields } from './answer-fields.ts';
import type { Client, RequestOptions } from './client.ts';

const MAX_PAGE = 100;

/** Goes through the pages of a list (`{ items, next }`) until there are `limit` items. */
export async function listAll(
  client: Pick<Client, 'get'>,
  path: string,
  { limit, query = {} }: { limit: number; query?: RequestOptions['query'] },
): Promise<readonly Fields[]> {
  const items: Fields[] = [];
  let cursor: string | null = null;
  do {
    const { body } = await client.get(path, {
      query: { ...query, limit: Math.min(limit - items.length, MAX_PAGE), cursor },
    });
    const page = new Fields(body);
    const found = page.list('items');
    items.push(...found);
    const next = page.show('next');
    // A page that leads back to itself must not make a loop.
    cursor = next === '' || next === cursor ? null : next;
  } while (cursor !== null && items.length < limit);
  return items.slice(0, limit);
}
