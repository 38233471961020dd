import type { AdapterSpec } from '../adapters/from-manifest/spec.ts';
import { parseManifest } from '../adapters/load-manifests.ts';

/** A fault of an adapter's description, at its place. */
export interface AdapterFault {
  readonly message: string;
  /** JSON pointer. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

const CREDENTIAL_HEADER = /^(proxy-)?authorization$|cookie|api-?key|token|secret|password/i;
const BY_REFERENCE = /\$secrets\.|\$\{\s*env:/;

/** Reads a description that is to be stored. Beyond what a file may hold: it takes no built-in adapter's name, and no credential stands in it. */
export function readAdapter(
  source: string,
  isCoded: (name: string) => boolean,
): { readonly spec?: AdapterSpec; readonly faults: readonly AdapterFault[] } {
  const { spec, problems } = parseManifest('adapter', source);
  if (spec === undefined)
    return { faults: problems.map(({ message, path, line, column }) => ({ message, path, line, column })) };
  const faults: AdapterFault[] = [];
  const add = (path: string, message: string) => faults.push({ message, path, line: 1, column: 1 });
  if (isCoded(spec.name)) add('/name', `/name ${spec.name} is that of a built-in adapter`);
  if (/[\0\p{Cs}]/u.test(source) || /\\u0000|\\u[dD][89a-fA-F]/.test(JSON.stringify(spec)))
    add('', "the description holds U+0000 or half a surrogate pair, which can't be stored");
  for (const [path, value] of credentials(spec))
    if (!BY_REFERENCE.test(value)) add(path, `${path} is a credential: name it as $secrets.NAME, never write it down`);
  return faults.length > 0 ? { faults } : { spec, faults };
}

/** Places where a credential belongs, with what stands there. */
function credentials({ auth, headers = {}, actions }: AdapterSpec): readonly (readonly [string, string])[] {
  const inHeaders = (at: string, map: Readonly<Record<string, string>>) =>
    Object.entries(map)
      .filter(([name]) => CREDENTIAL_HEADER.test(name))
      .map(([name, value]) => [`${at}/headers/${name}`, value] as const);
  return [
    ...(auth?.type === 'bearer' ? [['/auth/token', auth.token] as const] : []),
    ...(auth?.type === 'basic' ? [['/auth/password', auth.password] as const] : []),
    ...(auth?.type === 'api_key' ? [['/auth/value', auth.value] as const] : []),
    ...inHeaders('', headers),
    // What an action's header takes from its params is the caller's.
    ...Object.entries(actions).flatMap(([name, action]) =>
      inHeaders(`/actions/${name}`, action.headers ?? {}).filter(([, value]) => !/\{\w+\}/.test(value)),
    ),
  ];
}
