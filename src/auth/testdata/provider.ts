// An identity provider (oidc-provider) with its own pages for login and consent: any user name is an account.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type Configuration } from 'oidc-provider';

export interface TestProvider {
  readonly issuer: string;
  readonly close: () => Promise<void>;
}

export async function startTestProvider(client: {
  readonly id: string;
  readonly secret: string;
  readonly redirectUri: string;
  /** Of an account, by its name. */
  readonly claims: (account: string) => Record<string, unknown>;
}): Promise<TestProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const issuer = `http://127.0.0.1:${port}`;
  const configuration: Configuration = {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [client.redirectUri],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    cookies: { keys: ['test'] },
    claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'groups', 'roles'], email: ['email', 'email_verified'] },
    pkce: { required: () => true },
    findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id, ...client.claims(id) }) }),
  };
  const provider = new Provider(issuer, configuration);
  const handle = provider.callback();
  server.on('request', (request, response) => void handle(request, response));
  return {
    issuer,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve())); // also when it is closed already
    },
  };
}
