// People by bearer tokens of a provider, at an API on a database of its own.
import { importJWK, SignJWT } from 'jose';
import { OAuth2Server } from 'oauth2-mock-server';
import { createAuthenticate } from '../../api/authenticate.ts';
import { type ApiAnswer, type StoreApi, storeApi } from '../../api/testdata/store-api.ts';
import { createGrants } from '../create-grants.ts';
import { createOrganisations } from '../create-organisations.ts';
import { createTokens } from '../create-tokens.ts';
import { createUsers } from '../create-users.ts';
import { createDenials, type Denials } from '../denials.ts';
import { createOidc } from '../oidc/create-oidc.ts';
import { ensureOwnerToken } from '../owner-token.ts';
import { userIdOf } from '../user-principal.ts';

export interface Person {
  readonly sub: string;
  readonly org?: unknown;
  readonly roles?: unknown;
  readonly [claim: string]: unknown;
}
type Bearer = { readonly authorization: string };

export interface People {
  /** The clock of provider and API, ms. */
  now: number;
  readonly api: StoreApi;
  /** Secret of the owner token of `default`. */
  readonly owner: string;
  readonly denials: Denials;
  /** The header of a request of this person. */
  readonly bearer: (person: Person) => Promise<Bearer>;
  readonly me: (person: Person) => Promise<ApiAnswer>;
  readonly idOf: (sub: string) => string;
  /** Of the audit log, in order. */
  readonly actions: (organisation?: string) => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

export const as = (secret: string): Bearer => ({ authorization: `Bearer ${secret}` });

/** Roles of the provider: `weir-admins` and `readers`. */
export async function startPeople(maintenanceUrl: string): Promise<People> {
  const clock = { now: Date.now() };
  const now = () => clock.now;
  const idp = new OAuth2Server();
  await idp.issuer.keys.generate('RS256', { kid: 'k' });
  await idp.start(0, '127.0.0.1');
  const issuer = `http://127.0.0.1:${idp.address().port}`;
  idp.issuer.url = issuer;
  let denials: Denials | undefined;
  const api = await storeApi({
    maintenanceUrl,
    control: (context, database) => ({
      tokens: createTokens({ database })(context),
      grants: createGrants({ database })(context),
      users: createUsers({ database })(context),
      organisations: createOrganisations({ database })(context),
    }),
    authenticate: (database) => {
      denials = createDenials({ database, now });
      const claims = {
        organisation: 'https://weir.example/org',
        roles: 'realm_access.roles',
        roleMap: { 'weir-admins': 'admin', readers: 'viewer' },
      } as const;
      return createAuthenticate({ database, oidc: createOidc({ issuer, audience: 'weir', claims, now }), denials, now });
    },
    now,
  });
  if (denials === undefined) throw new Error('the API has not asked for its authentication');
  const noted = denials;

  const bearer = async ({ sub, org = 'default', roles = [], ...claims }: Person): Promise<Bearer> => {
    const at = Math.floor(clock.now / 1000);
    const [jwk] = idp.issuer.keys.toJSON(true);
    const times = { iat: at, exp: at + 300 };
    const known = { 'https://weir.example/org': org, realm_access: { roles }, iss: issuer, aud: 'weir', sub };
    const token = await new SignJWT({ ...known, ...times, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .sign(await importJWK(jwk ?? {}, 'RS256'));
    return as(token);
  };
  return Object.assign(clock, {
    api,
    owner: (await ensureOwnerToken(api.database, 'default', { now })) ?? '',
    denials: noted,
    bearer,
    me: async (person: Person) => api.call('GET', '/me', undefined, await bearer(person)),
    idOf: (subject: string) => userIdOf({ issuer, subject }),
    actions: async (organisation = 'default') => {
      const rows = await api.database.sql<{ action: string }[]>`
        select action from audit_records where organisation = ${organisation} order by seq`;
      return rows.map(({ action }) => action);
    },
    async close() {
      await noted.close();
      await api.close();
      await idp.stop();
    },
  });
}
