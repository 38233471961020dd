import { writeFile } from 'node:fs/promises';
import { problemDocument } from './document.ts';

await writeFile(new URL('../../docs/reference/http-errors.md', import.meta.url), problemDocument());
