import { ensureOwnerToken } from '../auth/owner-token.ts';
import type { MigrateOptions } from '../cli/io.ts';
import { openDatabase } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { readSettings } from './settings.ts';

/**
 * `weir migrate`: brings the database to this release. The first time it also makes the owner's token and tells it, once: here and not in
 * the log of a server, as whoever migrates is at a terminal. Rejects with what to do.
 */
export async function migrateDatabase({ env, log, renewOwner = false }: MigrateOptions): Promise<void> {
  const { databaseUrl } = readSettings(env);
  if (databaseUrl === undefined) throw new Error('The environment lacks DATABASE_URL.');
  await migrate(databaseUrl);
  const database = openDatabase({ url: databaseUrl, max: 1, name: 'weir migrate' });
  try {
    const token = await ensureOwnerToken(database, 'default', { renew: renewOwner });
    if (token !== null) log(`owner token ${token}\nIt is shown this once. Whoever has it may do everything here.`);
  } finally {
    await database.close();
  }
}
