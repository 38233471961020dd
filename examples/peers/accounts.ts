import { createKeyedAnswers, type Peer, refusal, textField } from './peer.ts';

/** Accounts by mail address. */
export function createAccounts(): Peer {
  const keyed = createKeyedAnswers();
  const accounts = new Map<string, { account_id: string; email: string; name: string }>();
  return {
    'POST /accounts': (request) =>
      keyed(request, () => {
        const email = textField(request.body, 'email');
        if (accounts.has(email)) return refusal(409, 'account_exists', `There is an account for ${email}.`);
        const account = { account_id: `a_${accounts.size + 1}`, email, name: textField(request.body, 'name') };
        accounts.set(email, account);
        return { status: 201, body: account };
      }),
  };
}
