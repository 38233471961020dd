import type { Answer } from './ask.ts';
import type { Note } from './load.ts';

type Ask = (n: number, method: string, path: string, body?: unknown) => Promise<Answer>;

/** What people and machines do all day: starts, changes and looks in turn, at one API after the other. `start`: flow that is started. */
export function mixedTurn(ask: Ask, start: string): (n: number, note: Note) => Promise<unknown> {
  return async (n, note) => {
    switch (n % 6) {
      case 0:
      case 3:
        return note('start', String(n), () => ask(n, 'POST', `/flows/${start}/execute`, { input: { n } }));
      case 1: {
        const pushed = await note('push', `pushed-${n}`, () => ask(n, 'POST', '/flows', flowNamed(`pushed-${n}`)));
        if (pushed?.status !== 201) return;
        const path = `/flows/pushed-${n}/deployments/dev`;
        return note('deploy', `pushed-${n}`, () => ask(n, 'PUT', path, { version: '*' }));
      }
      case 2:
        return note('token', `token-${n}`, () =>
          ask(n, 'POST', '/tokens', { name: `token-${n}`, grants: [{ role: 'viewer', on: { kind: 'all' } }] }),
        );
      case 4:
        return note('read flows', String(n), () => ask(n, 'GET', '/flows?limit=5'));
      default:
        return note('read audit', String(n), () => ask(n, 'GET', '/audit?limit=5'));
    }
  };
}

const flowNamed = (name: string): string => `flow: ${name}\nsteps:\n  - set: { n: 1 }\n`;
