import { z } from 'zod';
import { type Grant, PERMISSIONS, ROLES } from '../../auth/principal.ts';
import { FLOW_ID } from '../schemas.ts';

/** Text for people that stands in lists and logs: no control characters. */
export const LABEL = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cf}\p{Cs}]+$/u, 'holds characters that can not be shown');

const ON = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('all') }),
    z.strictObject({ kind: z.literal('category'), category: LABEL }),
    z.strictObject({ kind: z.literal('flow'), flow: FLOW_ID }),
  ])
  .describe('every flow, those of a category, or one');

export const USER_ID = z.string().regex(/^user:[\w-]{22}$/, 'is not the id of a user');
export const ROLE = z.enum(ROLES);
export const GRANT = z.strictObject({ role: ROLE, on: ON.default({ kind: 'all' }) });
export const GRANTED = z.object({ role: ROLE, on: ON });

export const PAGE_QUERY = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(1_000).optional(),
});
export const pageOfQuery = ({ limit, cursor }: z.output<typeof PAGE_QUERY>) => ({ limit, cursor: cursor ?? null });
export const listOf = <S extends z.ZodType>(item: S) => z.object({ items: z.array(item), next: z.string().nullable() });

export const REACH = z.object({
  permission: z.enum(PERMISSIONS),
  all: z.boolean(),
  flows: z.array(z.string()),
  categories: z.array(z.string()),
});

export const INSTANT = z.iso.datetime();
export const iso = (date: Date | null): string | null => date?.toISOString() ?? null;

/** Each grant once. */
export function distinct(grants: readonly Grant[]): readonly Grant[] {
  return [...new Map(grants.map((grant) => [JSON.stringify([grant.role, grant.on]), grant])).values()];
}
