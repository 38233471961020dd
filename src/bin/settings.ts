import { z } from 'zod';
import type { OidcSettings } from '../auth/oidc/settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

const count = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, 'is a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `is from ${least} to ${most}`);

/** The variables that `weir dev`, `weir api`, `weir worker` and `weir migrate` read, beside WEIR_SECRET_* and WEIR_CONFIG_*. Documented in docs/guides/operate.md. */
const Schema = z.object({
  /** Address under which the outside world reaches the API; goes into callback addresses. Default: where it listens. */
  WEIR_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Key of callback tokens, 32 characters or more. Default: made once and kept in the state folder. */
  WEIR_CALLBACK_KEY: z.string().min(32, 'needs 32 characters or more').optional(),
  /** Folder with one file for each secret. */
  WEIR_SECRETS_DIR: z.string().min(1).optional(),
  /** Address ranges beside the public internet that flows may call (CIDR, by comma). Loopback is always among them in `weir dev`. */
  WEIR_EGRESS_ALLOW: list.optional(),
  /** Variables beside WEIR_ADAPTER_* that the adapters of organisations may read by `${env:NAME}`, by comma. */
  WEIR_ADAPTER_ENV: list.optional(),
  /** Proxies of one's own before the API: so many entries at the end of X-Forwarded-For are believed. Default 0. */
  WEIR_TRUSTED_PROXIES: count(0, 10).optional(),
  /** PostgreSQL 15 or newer. Default in `weir dev`: an embedded one. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  /** Connections of one process to PostgreSQL at most. Default 10. */
  WEIR_DATABASE_POOL: count(2, 200).optional(),
  /** `host:port` of the Temporal front end. Default in `weir dev`: a development server. */
  TEMPORAL_ADDRESS: z.string().min(1).optional(),
  /** Default `default`. */
  TEMPORAL_NAMESPACE: z.string().min(1).optional(),
  /** Folder that `weir api` and `weir worker` share for large values, and where keys are kept that are not given. */
  WEIR_STATE_DIR: z.string().min(1).optional(),
  /** File with the Ed25519 key (PEM) that signs audit checkpoints. Default: made once and kept in the state folder. */
  WEIR_AUDIT_KEY_FILE: z.string().min(1).optional(),
  /** Days that ended executions are kept. Default 90. */
  WEIR_ARCHIVE_DAYS: count(2, 36_500).optional(),
  /** Identity provider (OIDC) that people come from. */
  WEIR_OIDC_ISSUER: z.url({ protocol: /^https?$/ }).optional(),
  /** Audiences, by comma: bearer tokens must be issued for one of them. Needed with the issuer. */
  WEIR_OIDC_AUDIENCE: z.string().min(1).optional(),
  WEIR_OIDC_CLIENT_ID: z.string().min(1).optional(),
  WEIR_OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  /** Claims that tell the organisation (default: everybody belongs to `default`), roles (default: none), and groups (default `groups`). */
  WEIR_OIDC_ORGANISATION_CLAIM: z.string().min(1).optional(),
  WEIR_OIDC_ROLES_CLAIM: z.string().min(1).optional(),
  WEIR_OIDC_GROUPS_CLAIM: z.string().min(1).optional(),
  /** PEM files: the API then speaks TLS. */
  WEIR_TLS_CERT: z.string().min(1).optional(),
  WEIR_TLS_KEY: z.string().min(1).optional(),
  /** Requests a second that one identity may make. Default 100, with a burst of 400. */
  WEIR_RATE_LIMIT: count(1, 1_000_000).optional(),
});

export interface Settings {
  readonly publicUrl?: string;
  readonly callbackKey?: string;
  readonly secretsDir?: string;
  readonly egressAllow: readonly string[];
  readonly adapterEnv: readonly string[];
  readonly trustedProxies: number;
  /** `$config`: WEIR_CONFIG_NAME → NAME. */
  readonly config: Readonly<Record<string, string>>;
  readonly databaseUrl?: string;
  readonly databasePool: number;
  readonly temporalAddress?: string;
  readonly temporalNamespace: string;
  readonly stateDir?: string;
  readonly auditKeyFile?: string;
  readonly archiveDays: number;
  readonly oidc?: OidcSettings;
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  readonly rateLimit?: number;
}

/** Reads the settings of the process. Throws with every variable that is wrong; never prints a value. An empty one counts as unset. */
export function readSettings(env: Environment): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const result = Schema.safeParse(given);
  if (!result.success) {
    const lines = result.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
    throw new Error(`The environment is not valid:\n${lines.join('\n')}`);
  }
  const { WEIR_PUBLIC_URL, WEIR_CALLBACK_KEY, WEIR_SECRETS_DIR, WEIR_EGRESS_ALLOW, ...more } = result.data;
  const { WEIR_TLS_CERT, WEIR_TLS_KEY } = more;
  if ((WEIR_TLS_CERT === undefined) !== (WEIR_TLS_KEY === undefined))
    throw new Error('The environment is not valid:\n  WEIR_TLS_CERT and WEIR_TLS_KEY: one needs the other');
  const oidc = oidcOf(more);
  return {
    ...(WEIR_PUBLIC_URL !== undefined && { publicUrl: WEIR_PUBLIC_URL.replace(/\/+$/, '') }),
    ...(WEIR_CALLBACK_KEY !== undefined && { callbackKey: WEIR_CALLBACK_KEY }),
    ...(WEIR_SECRETS_DIR !== undefined && { secretsDir: WEIR_SECRETS_DIR }),
    ...(more.DATABASE_URL !== undefined && { databaseUrl: more.DATABASE_URL }),
    databasePool: more.WEIR_DATABASE_POOL ?? 10,
    ...(more.TEMPORAL_ADDRESS !== undefined && { temporalAddress: more.TEMPORAL_ADDRESS }),
    temporalNamespace: more.TEMPORAL_NAMESPACE ?? 'default',
    ...(more.WEIR_STATE_DIR !== undefined && { stateDir: more.WEIR_STATE_DIR }),
    ...(more.WEIR_AUDIT_KEY_FILE !== undefined && { auditKeyFile: more.WEIR_AUDIT_KEY_FILE }),
    archiveDays: more.WEIR_ARCHIVE_DAYS ?? 90,
    ...(oidc !== undefined && { oidc }),
    ...(WEIR_TLS_CERT !== undefined &&
      WEIR_TLS_KEY !== undefined && { tls: { certFile: WEIR_TLS_CERT, keyFile: WEIR_TLS_KEY } }),
    ...(more.WEIR_RATE_LIMIT !== undefined && { rateLimit: more.WEIR_RATE_LIMIT }),
    egressAllow: WEIR_EGRESS_ALLOW ?? [],
    adapterEnv: more.WEIR_ADAPTER_ENV ?? [],
    trustedProxies: more.WEIR_TRUSTED_PROXIES ?? 0,
    config: Object.fromEntries(
      Object.entries(given).flatMap(([name, value]) =>
        name.startsWith(CONFIG) ? [[name.slice(CONFIG.length), String(value)]] : [],
      ),
    ),
  };
}

const CONFIG = 'WEIR_CONFIG_';

function oidcOf(given: Partial<z.output<typeof Schema>>): OidcSettings | undefined {
  const { WEIR_OIDC_ISSUER: issuer, WEIR_OIDC_CLIENT_ID: clientId, WEIR_OIDC_CLIENT_SECRET: clientSecret } = given;
  if (issuer === undefined) return undefined;
  const audience = given.WEIR_OIDC_AUDIENCE;
  if (audience === undefined)
    throw new Error('The environment is not valid:\n  WEIR_OIDC_AUDIENCE: is needed with WEIR_OIDC_ISSUER');
  const {
    WEIR_OIDC_ORGANISATION_CLAIM: organisation,
    WEIR_OIDC_ROLES_CLAIM: roles,
    WEIR_OIDC_GROUPS_CLAIM: groups,
  } = given;
  return {
    issuer,
    audience: audience.split(',').map((one) => one.trim()),
    ...(clientId !== undefined && { clientId }),
    ...(clientSecret !== undefined && { clientSecret }),
    claims: {
      ...(organisation !== undefined && { organisation }),
      ...(roles !== undefined && { roles }),
      ...(groups !== undefined && { groups }),
    },
  };
}
