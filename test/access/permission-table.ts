import { ROLE_PERMISSIONS } from '../../src/auth/authorize.ts';
import { ROLES } from '../../src/auth/principal.ts';
import type { Route } from '../../src/api/route.ts';

/** docs/reference/permissions.md: every operation, what it asks, and which roles have it. */
export function permissionTable(routes: readonly Route[]): string {
  const rows = [...routes].sort((a, b) => (key(a) < key(b) ? -1 : 1)).map(row);
  return [
    '<!-- Generated from the routes: run test/access with UPDATE_GOLDENS=1, and read the change as a change of who may do what. -->',
    '# Permissions',
    '',
    'What each operation of the HTTP API asks of its caller. A role counts where it was granted: on all flows, on a category, or on one flow;',
    '`organisation` means that it must be granted on all. `own flows`: the answer holds nothing beyond the grants.',
    '',
    `| operation | permission | where | ${ROLES.join(' | ')} |`,
    `| --- | --- | --- | ${ROLES.map(() => '---').join(' | ')} |`,
    ...rows,
    '',
  ].join('\n');
}

const key = ({ path, method }: Route): string => `${path} ${method}`;

function row(route: Route): string {
  const { access } = route;
  const operation = `\`${route.method.toUpperCase()} ${route.path}\``;
  if (access.on === 'public') return `| ${operation} | none: ${access.why} | | ${ROLES.map(() => '✓').join(' | ')} |`;
  if (access.on === 'identity') return `| ${operation} | any identity | | ${ROLES.map(() => '✓').join(' | ')} |`;
  const cells = ROLES.map((role) => (ROLE_PERMISSIONS[role].includes(access.permission) ? '✓' : ''));
  return `| ${operation} | \`${access.permission}\` | ${WHERE[access.on]} | ${cells.join(' | ')} |`;
}

const WHERE = { organisation: 'organisation', some: 'own flows', flow: 'the flow', execution: "the execution's flow" };
