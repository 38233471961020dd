import type { JsonObject } from '../dsl/ir/json.ts';
import type { StoredVersion } from './flow-writer.ts';

/** A flow with places for parameters, written `{{name}}` in its source. */
export interface Template {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly category: string | null;
  readonly tags: readonly string[];
  /** JSON Schema of the parameters. */
  readonly parameters: JsonObject;
  readonly source: string;
  readonly createdAt: Date;
}

export interface Templates {
  list(): Promise<readonly Template[]>;
  create(template: Omit<Template, 'createdAt'>): Promise<Template>;
  /** A new flow from a template. Throws not_found, invalid_input for parameters that break the schema, and what FlowWriter.create throws. */
  instantiate(
    name: string,
    options: { readonly flow: string; readonly parameters: JsonObject },
  ): Promise<StoredVersion>;
}
