import { readYamlDocument, YamlFault } from '../adapters/yaml-document.ts';
import type { CatalogueAction } from '../dsl/compile-environment.ts';
import type { Json, JsonObject } from '../dsl/ir/json.ts';

/** An action catalogue as read. Problems are lines with file and place. */
export interface ActionCatalogue {
  readonly actions: Readonly<Record<string, CatalogueAction>>;
  readonly problems: readonly string[];
}
const KEYS: ReadonlySet<string> = new Set(['adapter', 'action', 'params']);

/**
 * Reads `actions.yaml`: names of actions, each `{ adapter, action?, params? }` or short `adapter.action`. The names may stand
 * under a top-level `actions` key. A faulty action is left out and told.
 */
export function readActionCatalogue(file: string, source: string): ActionCatalogue {
  const actions: Record<string, CatalogueAction> = {};
  const problems: string[] = [];
  try {
    const { value, placeOf } = readYamlDocument(source);
    const inner = isMap(value) && Object.keys(value).length === 1 ? value['actions'] : undefined;
    const names = isMap(inner) && typeof inner['adapter'] !== 'string' ? inner : value;
    if (names !== null && !isMap(names))
      return { actions, problems: [`${file}:1:1: must be a map from action names to { adapter, action, params }`] };
    for (const [name, entry] of Object.entries(names ?? {})) {
      const action = actionOf(entry);
      if (typeof action !== 'string') actions[name] = action;
      else {
        const place = placeOf(`${names === value ? '' : '/actions'}/${name}`);
        problems.push(`${file}:${place.line}:${place.column}: action "${name}" ${action}`);
      }
    }
    return { actions, problems };
  } catch (error) {
    if (error instanceof YamlFault)
      return { actions: {}, problems: [`${file}:${error.place.line}:${error.place.column}: ${error.message}`] };
    throw error;
  }
}

/** The action, or what is wrong with it. */
function actionOf(value: Json): CatalogueAction | string {
  if (typeof value === 'string') {
    const [adapter, action, ...rest] = value.split('.');
    return adapter && action && rest.length === 0 ? { adapter, action } : 'must be adapter.action or a map';
  }
  if (!isMap(value)) return 'must be a map { adapter, action, params }';
  const unknown = Object.keys(value).find((key) => !KEYS.has(key));
  if (unknown !== undefined) return `has an unknown key "${unknown}"`;
  const { adapter, action, params } = value;
  if (typeof adapter !== 'string') return 'lacks its adapter';
  if (action !== undefined && typeof action !== 'string') return 'has an action that is no text';
  if (params !== undefined && !isMap(params)) return 'has params that are no map';
  return { adapter, ...(action !== undefined && { action }), ...(params !== undefined && { params }) };
}

const isMap = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
