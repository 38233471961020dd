import type postgres from 'postgres';

/** Whether PostgreSQL answers on this connection or pool within `ms`; an error is no answer. Never rejects. */
export async function answers(sql: postgres.Sql, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const asked = sql`select 1`.then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
