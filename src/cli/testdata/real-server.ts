// The API on a database of its own, with real identities, flows and deployments, on a port: what the commands talk to.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAuthenticate } from '../../api/authenticate.ts';
import { storeApi } from '../../api/testdata/store-api.ts';
import { createGrants } from '../../auth/create-grants.ts';
import { createOrganisations } from '../../auth/create-organisations.ts';
import { createTokens } from '../../auth/create-tokens.ts';
import { createUsers } from '../../auth/create-users.ts';
import { createDenials } from '../../auth/denials.ts';
import { ensureOwnerToken } from '../../auth/owner-token.ts';
import { createDeployments } from '../../deployments/create-deployments.ts';
import { createDeploymentCache } from '../../deployments/deployment-cache.ts';
import { createEnvironments } from '../../deployments/create-environments.ts';
import { partsOf } from '../../flows/testdata/flow-api.ts';
import type { AdapterManifest } from '../../adapters/manifest.ts';
import type { Database } from '../../store/database.ts';

export interface RealServer {
  readonly url: string;
  readonly ownerToken: string;
  readonly close: () => Promise<void>;
}

export async function realServer(options: {
  readonly maintenanceUrl: string;
  readonly codedAdapters: ReadonlyMap<string, AdapterManifest>;
}): Promise<RealServer> {
  let made: (ReturnType<typeof partsOf> & { readonly deployments: ReturnType<typeof createDeploymentCache> }) | undefined;
  const of = (database: Database) => {
    if (made !== undefined) return made;
    const parts = partsOf(database, new Map(), options.codedAdapters);
    made = { ...parts, deployments: createDeploymentCache({ database, notifications: parts.notifications }) };
    return made;
  };
  let denials: ReturnType<typeof createDenials> | undefined;
  const api = await storeApi({
    maintenanceUrl: options.maintenanceUrl,
    services: ({ principal }, database) => ({ flows: of(database).flows(principal.organisation) }),
    control: (context, database) => ({
      ...of(database).control(context),
      environments: createEnvironments({ database, cache: of(database).deployments })(context),
      deployments: createDeployments({
        database,
        cache: of(database).deployments,
        recent: () => async () => [],
        log: () => undefined,
      })(context),
      tokens: createTokens({ database })(context),
      grants: createGrants({ database })(context),
      users: createUsers({ database })(context),
      organisations: createOrganisations({ database })(context),
    }),
    authenticate: (database) => {
      denials = createDenials({ database, now: Date.now });
      return createAuthenticate({ database, denials, now: Date.now });
    },
  });
  const ownerToken = await ensureOwnerToken(api.database, 'default');
  if (ownerToken === null) throw new Error('the database had an owner already');

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
        typeof value === 'string' ? [[name, value]] : [],
      );
      const body = chunks.length === 0 ? null : Buffer.concat(chunks);
      void api.request(request.url ?? '/', { method: request.method ?? 'GET', headers, body }).then(async (answer) => {
        response.writeHead(answer.status, Object.fromEntries(answer.headers));
        response.end(Buffer.from(await answer.arrayBuffer()));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    ownerToken,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await denials?.close();
      await made?.notifications.close();
      await api.close();
    },
  };
}
