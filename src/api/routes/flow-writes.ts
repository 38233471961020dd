import { z } from 'zod';
import { Problem } from '../../problems/problem.ts';
import type { Access } from '../access.ts';
import { type Method, type Route, route } from '../route.ts';
import { FLOW_ID } from '../schemas.ts';

const WRITES: readonly {
  readonly method: Method;
  readonly path: string;
  readonly operation: string;
  readonly summary: string;
  readonly access: Access;
}[] = [
  {
    method: 'post',
    path: '/flows',
    operation: 'createFlow',
    summary: 'Create a flow',
    access: { on: 'some', permission: 'flow:create' },
  },
  {
    method: 'put',
    path: '/flows/{id}',
    operation: 'updateFlow',
    summary: 'Store a new version',
    access: { on: 'flow', permission: 'flow:update' },
  },
  {
    method: 'delete',
    path: '/flows/{id}',
    operation: 'archiveFlow',
    summary: 'Archive a flow',
    access: { on: 'flow', permission: 'flow:delete' },
  },
];

/** With flows read from a folder, its files are how flows change. */
export function flowWriteRoutes(): readonly Route[] {
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
