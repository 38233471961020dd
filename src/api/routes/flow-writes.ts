import { z } from 'zod';
import { Problem } from '../../problems/problem.ts';
import type { ApiDeps } from '../deps.ts';
import { type Method, type Route, route } from '../route.ts';
import { FLOW_ID } from '../schemas.ts';

const WRITES: readonly {
  readonly method: Method;
  readonly path: string;
  readonly operation: string;
  readonly summary: string;
}[] = [
  { method: 'post', path: '/flows', operation: 'createFlow', summary: 'Create a flow' },
  { method: 'put', path: '/flows/{id}', operation: 'updateFlow', summary: 'Store a new version' },
  { method: 'delete', path: '/flows/{id}', operation: 'archiveFlow', summary: 'Archive a flow' },
];

/** With flows read from a folder, its files are how flows change. */
export function flowWriteRoutes({ flows }: ApiDeps): readonly Route[] {
  if (flows.writable) throw new Error('this store can be written to: it needs routes that do');
  return WRITES.map((write) =>
    route({
      ...write,
      tag: 'flows',
      ...(write.path.includes('{id}') && { params: z.object({ id: FLOW_ID }) }),
      answers: [],
      problems: ['read_only_store'],
      handle: () => {
        throw new Problem('read_only_store', 'This server reads its flows from a folder; write the file there.', {
          headers: { allow: 'GET' },
        });
      },
    }),
  );
}
