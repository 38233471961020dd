import { and, asc, eq, gt, inArray, isNull, or } from 'drizzle-orm';
import { schemaFault, validateAgainst } from '../adapters/schema-validator.ts';
import type { AuditContext } from '../audit/entry.ts';
import type { FlowScope } from '../auth/authorize.ts';
import type { Json, JsonObject } from '../dsl/ir/json.ts';
import { Problem } from '../problems/problem.ts';
import { change, read } from '../store/change.ts';
import type { Database } from '../store/database.ts';
import { templates } from '../store/schema/flows.ts';
import { fillTemplate, placesIn } from './fill-template.ts';
import type { FlowWriter } from './flow-writer.ts';
import { requireReach } from './require-reach.ts';
import type { Template, Templates } from './templates.ts';

/** Templates in the database. */
export function createPgTemplates({
  database,
  writer,
}: {
  readonly database: Database;
  readonly writer: (context: AuditContext) => FlowWriter;
}): (context: AuditContext) => Templates {
  return (context) => {
    const { organisation } = context.principal;
    const named = (name: string) => and(eq(templates.organisation, organisation), eq(templates.name, name));

    async function get(name: string, scope: FlowScope): Promise<Template> {
      const [found] = await read(database, (db) =>
        db
          .select()
          .from(templates)
          .where(and(named(name), within(scope))),
      );
      if (found === undefined) throw new Problem('not_found', `There is no template ${name}.`);
      return found;
    }

    return {
      get,
      list: ({ scope, after, limit }) =>
        read(database, (db) =>
          db
            .select()
            .from(templates)
            .where(
              and(
                eq(templates.organisation, organisation),
                within(scope),
                after === null ? undefined : gt(templates.name, after),
              ),
            )
            .orderBy(asc(templates.name))
            .limit(limit),
        ),
      async create(template, scope) {
        requireReach(scope, { resource: { category: template.category }, permission: 'flow:create' });
        checkTemplate(template);
        const createdAt = new Date(context.now);
        await change(database, context, async (tx, record) => {
          const made = await tx
            .insert(templates)
            .values({ ...template, tags: [...template.tags], organisation, createdAt, createdBy: context.principal.id })
            .onConflictDoNothing()
            .returning({ name: templates.name });
          if (made.length === 0) throw new Problem('exists', `There is a template ${template.name} already.`);
          record({ action: 'template.create', subject: { type: 'template', id: template.name } });
        });
        return { ...template, createdAt };
      },
      async remove(name, scope) {
        const found = await get(name, scope);
        requireReach(scope, { resource: { category: found.category }, permission: 'flow:create' });
        await change(database, context, async (tx, record) => {
          const gone = await tx.delete(templates).where(named(name)).returning({ name: templates.name });
          if (gone.length === 0) throw new Problem('not_found', `There is no template ${name}.`);
          record({ action: 'template.delete', subject: { type: 'template', id: name } });
        });
      },
      async instantiate(name, { flow, parameters, scope }) {
        const template = await get(name, scope);
        const source = fillTemplate(template.source, { flow, parameters: checked(template, parameters) });
        return writer(context).create(
          { source, mediaType: 'application/yaml' },
          { scope, origin: { kind: 'template', template: name } },
        );
      },
    };
  };
}

/** A template without a category is there for all. */
function within(scope: FlowScope) {
  if (scope.all) return undefined;
  const categories = [...scope.categories];
  return categories.length === 0
    ? isNull(templates.category)
    : or(isNull(templates.category), inArray(templates.category, categories));
}

const isMap = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const propertiesOf = ({ properties }: JsonObject): JsonObject => (isMap(properties) ? properties : {});

function checkTemplate({ parameters, source }: Pick<Template, 'parameters' | 'source'>): void {
  const fault = schemaFault(parameters);
  if (fault !== null) throw new Problem('invalid_request', `\`parameters\` is no usable JSON Schema: ${fault}.`);
  if (/[\0\p{Cs}]/u.test(source))
    throw new Problem('invalid_request', "The source holds U+0000 or half a surrogate pair, which can't be stored.");
  const known = propertiesOf(parameters);
  const unknown = [...placesIn(source)].find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined)
    throw new Problem('invalid_request', `The place {{${unknown}}} is none of the \`properties\` of \`parameters\`.`);
}

/** The parameters with defaults filled in. Throws invalid_input with every fault. */
function checked({ name, parameters: schema }: Template, given: JsonObject): JsonObject {
  const known = propertiesOf(schema);
  const defaults = Object.entries(known).flatMap(([key, one]) =>
    isMap(one) && one['default'] !== undefined ? [[key, one['default']] as const] : [],
  );
  const parameters = { ...Object.fromEntries(defaults), ...given };
  const faults = [
    ...Object.keys(given)
      .filter((key) => !Object.hasOwn(known, key))
      .map((key) => ({ path: `/${key}`, message: 'is no parameter of the template' })),
    ...validateAgainst(schema, parameters),
  ];
  if (faults.length > 0)
    throw new Problem(
      'invalid_input',
      `The parameters break the schema of template ${name}: ${faults.map(({ path, message }) => `${path || 'they'} ${message}`).join('; ')}.`,
      {
        errors: faults.map(({ path, message }) => ({ code: 'invalid_parameter', message, path: `/parameters${path}` })),
      },
    );
  return parameters;
}
