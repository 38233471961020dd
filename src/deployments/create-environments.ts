import { and, asc, eq, sql } from 'drizzle-orm';
import type { AuditContext } from '../audit/entry.ts';
import { canonicalJson } from '../dsl/lower/canonical-json.ts';
import type { JsonObject } from '../dsl/ir/json.ts';
import { Problem } from '../problems/problem.ts';
import { change, read } from '../store/change.ts';
import type { Database, Queries } from '../store/database.ts';
import { environments, organisations } from '../store/schema/index.ts';
import { configFaults } from './config-faults.ts';
import type { DeploymentCache } from './deployment-cache.ts';
import { notifyDeployments } from './notify-deployments.ts';
import type { Environment, EnvironmentChange, Environments } from './environments.ts';

/** More are no environments any more; and each start of a flow may look at all. */
const MAX_ENVIRONMENTS = 100;

export interface EnvironmentsOptions {
  readonly database: Pick<Database, 'db'>;
  /** What this process keeps of environments is forgotten at once; others hear of it by NOTIFY. */
  readonly cache?: Pick<DeploymentCache, 'forget'>;
}

/** Environments of the caller's organisation. */
export function createEnvironments({ database, cache }: EnvironmentsOptions): (context: AuditContext) => Environments {
  return (context) => {
    const { organisation } = context.principal;
    return {
      list: () => read(database, (db) => readEnvironments(db, organisation)),
      async get(name) {
        const found = (await read(database, (db) => readEnvironments(db, organisation))).find(
          (one) => one.name === name,
        );
        return found ?? unknownEnvironment(name);
      },
      async put(name, wanted) {
        if (wanted.config !== undefined) refuseFaults(wanted.config);
        const environment = await change(database, context, async (tx, record) => {
          // One change of an organisation's environments at a time: two could close a circle together.
          await tx
            .select({ id: organisations.id })
            .from(organisations)
            .where(eq(organisations.id, organisation))
            .for('no key update');
          const all = await readEnvironments(tx, organisation);
          const before = all.find((one) => one.name === name);
          if (before === undefined && all.length >= MAX_ENVIRONMENTS)
            throw new Problem(
              'invalid_request',
              `There are ${MAX_ENVIRONMENTS} environments already; more are not kept.`,
            );
          const after: Environment = { ...(before ?? fresh(name, all)), ...definedOf(wanted) };
          checkPromotion(after, all);
          const changed = changedKeys(before, after);
          if (before !== undefined && changed.fields.length === 0) return before;
          const row = { ...after, organisation, updatedAt: new Date(context.now) };
          if (before === undefined) await tx.insert(environments).values({ ...row, createdAt: row.updatedAt });
          else
            await tx
              .update(environments)
              .set(row)
              .where(and(eq(environments.organisation, organisation), eq(environments.name, name)));
          await notifyDeployments(tx, { organisation, flow: null });
          record({
            action: before === undefined ? 'environment.create' : 'environment.update',
            subject: { type: 'environment', id: name },
            details: changed,
          });
          return after;
        });
        cache?.forget(organisation, null);
        return environment;
      },
    };
  };
}

/** All of an organisation, by rank. */
export async function readEnvironments(db: Queries, organisation: string): Promise<readonly Environment[]> {
  return db
    .select({
      name: environments.name,
      rank: environments.rank,
      config: environments.config,
      runsLatest: environments.runsLatest,
      promotesFrom: environments.promotesFrom,
    })
    .from(environments)
    .where(eq(environments.organisation, organisation))
    .orderBy(asc(environments.rank), asc(sql`${environments.name} collate "C"`));
}

export function unknownEnvironment(name: string): never {
  throw new Problem('environment_not_found', `There is no environment ${name}.`);
}

const fresh = (name: string, all: readonly Environment[]): Environment => ({
  name,
  rank: Math.max(0, ...all.map((one) => one.rank)) + 1,
  config: {},
  runsLatest: false,
  promotesFrom: null,
});

function refuseFaults(config: JsonObject): void {
  const errors = configFaults(config);
  if (errors.length > 0)
    throw new Problem(
      'invalid_request',
      `The config can't be kept: ${errors.map(({ path, message }) => `${path}: ${message}`).join('; ')}.`,
      { errors },
    );
}

function checkPromotion(environment: Environment, all: readonly Environment[]): void {
  const seen = [environment.name];
  for (let from = environment.promotesFrom; from !== null; ) {
    if (seen.includes(from))
      throw new Problem(
        'invalid_request',
        `\`promotes_from\` goes in a circle: ${[...seen, from].join(' ← ')}. Nothing could ever be deployed there.`,
      );
    seen.push(from);
    const next = all.find((one) => one.name === from);
    if (next === undefined) throw new Problem('invalid_request', `\`promotes_from\`: there is no environment ${from}.`);
    from = next.promotesFrom;
  }
}

/** Names for the audit record, never values. */
function changedKeys(before: Environment | undefined, after: Environment) {
  const old: Partial<Environment> = before ?? {};
  const differs = (a: unknown, b: unknown): boolean => canonicalJson(a) !== canonicalJson(b);
  const fields = (
    [
      ['rank', differs(old.rank, after.rank)],
      ['config', differs(old.config ?? {}, after.config)],
      ['runs_latest', differs(old.runsLatest, after.runsLatest)],
      ['promotes_from', differs(old.promotesFrom ?? null, after.promotesFrom)],
    ] as const
  )
    .filter(([, changed]) => changed)
    .map(([name]) => name);
  const [was, is] = [old.config ?? {}, after.config];
  const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort();
  const configKeys = keys.filter((key) => differs(was[key], is[key]));
  return {
    fields,
    ...(configKeys.length > 0 && {
      config_keys: configKeys.slice(0, MAX_KEYS_TOLD),
      config_keys_changed: configKeys.length,
    }),
  };
}
const MAX_KEYS_TOLD = 100;

function definedOf(wanted: EnvironmentChange): EnvironmentChange {
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
}
