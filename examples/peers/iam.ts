import { type Peer, refusal, textField } from './peer.ts';

const USERS: Readonly<Record<string, { user_id: string; name: string; scopes: string[] }>> = {
  tok_ada: { user_id: 'u_1', name: 'Ada', scopes: ['calls:start', 'account:create'] },
  tok_bob: { user_id: 'u_2', name: 'Bob', scopes: ['calls:start'] },
};

/** Identity: knows `tok_ada` and `tok_bob`. */
export function createIam(): Peer {
  return {
    'POST /tokens/verify': ({ body }) => {
      const token = textField(body, 'token');
      const user = Object.hasOwn(USERS, token) ? USERS[token] : undefined;
      return user === undefined ? refusal(401, 'unauthorized', 'This token is not known.') : { body: user };
    },
  };
}
