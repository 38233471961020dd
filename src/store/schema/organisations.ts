import { pgTable, text } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

export const organisations = pgTable('organisations', {
  id: text('id').primaryKey(),
  title: text('title').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
});
