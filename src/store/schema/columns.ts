import { customType, timestamp } from 'drizzle-orm/pg-core';

/** `bytea` as bytes. */
export const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' });

/** `timestamptz` as a Date; microseconds are cut. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** Full-text search vector; made by the database, never read. */
export const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' });
