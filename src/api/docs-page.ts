import { PROBLEM_CATALOGUE, type ProblemEntry } from '../problems/catalogue.ts';

/** What the pages of /docs may load: from here, nothing inline. Swagger UI's own style sheet has its icons as data. */
export const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The page that shows /openapi.json; everything that it loads is served by this server. */
export function docsPage(): string {
  return page(
    'Weir API',
    `<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<script src="/docs/assets/swagger-ui-bundle.js" defer></script>
<script src="/docs/assets/start.js" defer></script>`,
    '<div id="api"><noscript>The description of the API is at <a href="/openapi.json">/openapi.json</a>.</noscript></div>',
  );
}

/** Starts Swagger UI. Tokens typed in are forgotten with the page. */
export const START_SCRIPT = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#api',
  deepLinking: true,
  docExpansion: 'none',
  validatorUrl: null,
  persistAuthorization: false,
});
`;

export const DOCS_STYLE = `body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
#api { font-size: 14px; }
section:target { background: #fff3bf; }
section { padding: 0 0.5rem; }
code { font: 0.9em ui-monospace, monospace; }
h2 { margin-bottom: 0; }
`;

/** Every problem code, with an anchor of its name: where the \`type\` of a problem leads. */
export function errorsPage(): string {
  const sections = Object.entries<ProblemEntry>(PROBLEM_CATALOGUE).map(
    ([code, { status, title, remedy, retryAfter }]) => `<section id="${code}">
<h2><code>${code}</code></h2>
<p>${status} · ${html(title)}</p>
<p>${html(remedy)}${retryAfter === undefined ? '' : ` <code>Retry-After</code> says when.`}</p>
</section>`,
  );
  return page(
    'Weir API: errors',
    '',
    `<h1>Errors</h1>
<p>Branch on <code>code</code>: it is stable. <code>detail</code> is for people; <code>request_id</code> finds the request in the log. See <a href="/docs">the API</a>.</p>
${sections.join('\n')}`,
  );
}

function page(title: string, head: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html(title)}</title>
<link rel="stylesheet" href="/docs/assets/docs.css">
${head}
</head>
<body>
${body}
</body>
</html>
`;
}

/** Text as HTML, with \`…\` as code. */
function html(text: string): string {
  const escaped = text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
  return escaped.replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}
