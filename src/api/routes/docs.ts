import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { Problem } from '../../problems/problem.ts';
import { DOCS_POLICY, DOCS_STYLE, docsPage, errorsPage, START_SCRIPT } from '../docs-page.ts';
import { type Route, route } from '../route.ts';

const SCRIPT = 'text/javascript; charset=utf-8';
const STYLE = 'text/css; charset=utf-8';

/** All that the pages load, by its exact name: no path of a request ever becomes one of a file. */
const ASSETS = {
  'swagger-ui.css': { type: STYLE, read: () => swaggerFile('swagger-ui.css') },
  'swagger-ui-bundle.js': { type: SCRIPT, read: () => swaggerFile('swagger-ui-bundle.js') },
  'start.js': { type: SCRIPT, read: async () => START_SCRIPT },
  'docs.css': { type: STYLE, read: async () => DOCS_STYLE },
} as const satisfies Record<string, { readonly type: string; readonly read: () => Promise<string> }>;
type AssetName = keyof typeof ASSETS;
const NAMES = Object.keys(ASSETS) as [AssetName, ...AssetName[]]; // of the table above

/** The pages about the API; they work without a network, and need no identity. */
export function docsRoutes(): readonly Route[] {
  const shared = {
    method: 'get',
    tag: 'service',
    access: { on: 'public', why: 'the documentation holds nothing of an organisation' },
    problems: [],
  } as const;
  return [
    route({
      ...shared,
      path: '/docs',
      operation: 'getDocs',
      summary: 'This API, as a page to read and try',
      answers: [{ status: 200, description: 'the page', mediaType: 'text/html' }],
      handle: () => html(docsPage()),
    }),
    route({
      ...shared,
      path: '/docs/errors',
      operation: 'getErrorDocs',
      summary: 'Every problem code: where `type` of a problem leads',
      answers: [{ status: 200, description: 'the page', mediaType: 'text/html' }],
      handle: () => html(errorsPage()),
    }),
    route({
      ...shared,
      path: '/docs/assets/{file}',
      operation: 'getDocsAsset',
      summary: 'Scripts and styles of the pages',
      params: z.object({ file: z.enum(NAMES) }),
      answers: [
        { status: 200, description: 'the file', mediaType: 'text/javascript' },
        { status: 200, description: 'the file', mediaType: 'text/css' },
      ],
      problems: ['not_found'],
      async handle({ params }) {
        const { type, read } = ASSETS[params.file];
        return new Response(await read(), {
          headers: { 'content-type': type, 'cache-control': 'public, max-age=3600' },
        });
      },
    }),
  ];
}

const html = (text: string): Response =>
  new Response(text, {
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': DOCS_POLICY },
  });

const kept = new Map<string, string>();

async function swaggerFile(name: string): Promise<string> {
  const known = kept.get(name);
  if (known !== undefined) return known;
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
    const text = await readFile(join(folder, name), 'utf8');
    kept.set(name, text);
    return text;
  } catch (error) {
    throw new Problem('not_found', 'The package swagger-ui-dist is not installed; /openapi.json is there without it.', {
      cause: error,
    });
  }
}
