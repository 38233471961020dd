import type { FlowScope } from '../auth/authorize.ts';
import type { JsonObject } from '../dsl/ir/json.ts';
import type { StoredVersion } from './flow-writer.ts';

/** A flow with places for parameters, written `{{name}}` in the values of its source. */
export interface Template {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  /** Null: for everybody in the organisation who may make flows. */
  readonly category: string | null;
  readonly tags: readonly string[];
  /** JSON Schema of the parameters; each place is one of its `properties`. */
  readonly parameters: JsonObject;
  readonly source: string;
  readonly createdAt: Date;
}

/** `scope`: how far the caller's permission reaches; a template of a category outside is as if it were not there. */
export interface Templates {
  /** By name, behind `after`. */
  list(page: {
    readonly scope: FlowScope;
    readonly after: string | null;
    readonly limit: number;
  }): Promise<readonly Template[]>;
  /** Throws not_found. */
  get(name: string, scope: FlowScope): Promise<Template>;
  /** Throws exists, forbidden, invalid_request for a schema or source that does not hold together. */
  create(template: Omit<Template, 'createdAt'>, scope: FlowScope): Promise<Template>;
  /** Flows that were made from it stay. Throws not_found, forbidden. */
  remove(name: string, scope: FlowScope): Promise<void>;
  /** A new flow from a template. Throws not_found, invalid_input for parameters that break the schema, and what FlowWriter.create throws. */
  instantiate(
    name: string,
    options: { readonly flow: string; readonly parameters: JsonObject; readonly scope: FlowScope },
  ): Promise<StoredVersion>;
}
