import { z } from 'zod';

type Environment = Readonly<Record<string, string | undefined>>;

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

/** The variables that `weir dev` reads, beside WEIR_SECRET_* and WEIR_CONFIG_*. Documented in docs/guides/operate.md. */
const Schema = z.object({
  /** Address under which the outside world reaches the API; goes into callback addresses. Default: where it listens. */
  WEIR_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Key of callback tokens, 32 characters or more. Default: made once and kept in the state folder. */
  WEIR_CALLBACK_KEY: z.string().min(32, 'needs 32 characters or more').optional(),
  /** Folder with one file for each secret. */
  WEIR_SECRETS_DIR: z.string().min(1).optional(),
  /** Address ranges beside the public internet that flows may call (CIDR, by comma). Loopback is always among them in `weir dev`. */
  WEIR_EGRESS_ALLOW: list.optional(),
});

export interface Settings {
  readonly publicUrl?: string;
  readonly callbackKey?: string;
  readonly secretsDir?: string;
  readonly egressAllow: readonly string[];
  /** `$config`: WEIR_CONFIG_NAME → NAME. */
  readonly config: Readonly<Record<string, string>>;
}

/** Reads the settings of the process. Throws with every variable that is wrong; never prints a value. An empty one counts as unset. */
export function readSettings(env: Environment): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const result = Schema.safeParse(given);
  if (!result.success) {
    const lines = result.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
    throw new Error(`The environment is not valid:\n${lines.join('\n')}`);
  }
  const { WEIR_PUBLIC_URL, WEIR_CALLBACK_KEY, WEIR_SECRETS_DIR, WEIR_EGRESS_ALLOW } = result.data;
  return {
    ...(WEIR_PUBLIC_URL !== undefined && { publicUrl: WEIR_PUBLIC_URL.replace(/\/+$/, '') }),
    ...(WEIR_CALLBACK_KEY !== undefined && { callbackKey: WEIR_CALLBACK_KEY }),
    ...(WEIR_SECRETS_DIR !== undefined && { secretsDir: WEIR_SECRETS_DIR }),
    egressAllow: WEIR_EGRESS_ALLOW ?? [],
    config: Object.fromEntries(
      Object.entries(given).flatMap(([name, value]) =>
        name.startsWith(CONFIG) ? [[name.slice(CONFIG.length), String(value)]] : [],
      ),
    ),
  };
}

const CONFIG = 'WEIR_CONFIG_';
