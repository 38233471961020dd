import type { Answer } from './ask.ts';
import type { Note } from './load.ts';

type Ask = (n: number, method: string, path: string, body?: unknown) => Promise<Answer>;

const VIEWER = [{ role: 'viewer', on: { kind: 'all' } }];

/** Starts of a flow. */
export function startTurn(ask: Ask, flow: string): (n: number, note: Note) => Promise<unknown> {
  return (n, note) => note('start', String(n), () => ask(n, 'POST', `/flows/${flow}/execute`, { input: { n } }));
}

/** What people and machines do all day beside starts: changes and looks in turn. `name`: of what is made, with a number behind it. */
export function changeTurn(ask: Ask, name: string): (n: number, note: Note) => Promise<unknown> {
  return async (n, note) => {
    const mine = `${name}-${n}`;
    switch (n % 4) {
      case 0: {
        const pushed = await note('push', mine, () => ask(n, 'POST', '/flows', flowNamed(mine)));
        if (pushed?.status !== 201) return;
        return note('deploy', mine, () => ask(n, 'PUT', `/flows/${mine}/deployments/dev`, { version: '*' }));
      }
      case 1:
        return note('token', mine, () => ask(n, 'POST', '/tokens', { name: mine, grants: VIEWER }));
      case 2:
        return note('read flows', mine, () => ask(n, 'GET', '/flows?limit=5'));
      default:
        return note('read audit', mine, () => ask(n, 'GET', '/audit?limit=5'));
    }
  };
}

const flowNamed = (name: string): string => `flow: ${name}\nsteps:\n  - set: { n: 1 }\n`;
