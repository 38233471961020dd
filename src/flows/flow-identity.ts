import { readYamlDocument } from '../adapters/yaml-document.ts';

/** What a document says it is, before it is compiled: enough to list it, and to know which flows others may name. */
export interface FlowIdentity {
  readonly name: string;
  /** Null when left out: the registry gives one. */
  readonly version: string | null;
}

/**
 * Reads the top-level `flow` and `version` of a YAML or JSON document. Null when it is not a flow (there is no top-level
 * `flow`). Never fails: a document that can't be parsed is judged by its lines.
 */
export function flowIdentity(source: string): FlowIdentity | null {
  try {
    const { value } = readYamlDocument(source);
    if (value === null || typeof value !== 'object' || Array.isArray(value) || !('flow' in value)) return null;
    const version = value['version'] ?? null;
    return { name: String(value['flow']), version: version === null ? null : String(version) };
  } catch {
    return byLines(source);
  }
}

function byLines(source: string): FlowIdentity | null {
  const field = (key: string): string | undefined =>
    new RegExp(`^["']?${key}["']?[ \\t]*:[ \\t]*["']?([^\\s"'#,]+)`, 'm').exec(source)?.[1];
  const name = field('flow');
  return name === undefined ? null : { name, version: field('version') ?? null };
}
