// Who may import whom. Each rule's comment says what to do instead. Type-only imports are free: they vanish at run time.
const { builtinModules } = require('node:module');

const TEST = '(\\.test\\.ts$|/testdata/)';
/** Interpreter, steps and what they compute with: run in the sandbox and on the host alike. */
const PURE = '^src/(dsl/(ir|expressions)|workflows/(interpreter|steps))/';
/** Where the workflow bundle begins; the rules on it look at everything that it reaches. */
const BUNDLE = '^src/workflows/index\\.ts$';
const NODE = `^(node:)?(${builtinModules.join('|')})$`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment:
        'Two modules that need each other are one module, or share a third: move the shared part there, or pass a function in.',
      // One exception: an interpreter is recursive. A block's step runs steps, so steps/ and run-step know each other.
      from: {},
      to: { circular: true, viaOnly: { pathNot: '^src/workflows/interpreter/run-step\\.ts$' } },
    },
    {
      name: 'bundle-reaches-no-node',
      severity: 'error',
      comment:
        'The bundle runs in the Temporal sandbox and is replayed: take what you need through the port or the input; do I/O in an activity.',
      from: { path: BUNDLE },
      to: { path: NODE, reachable: true },
    },
    {
      name: 'bundle-reaches-no-host-code',
      severity: 'error',
      comment:
        'The bundle holds dsl/ir, dsl/expressions, workflows without workflows/host, and activities/contract.ts: move pure code there, or do the work in an activity.',
      from: { path: BUNDLE },
      to: {
        path: '^(src|temporal|postgres|scripts|test)/',
        pathNot: ['^src/(dsl/(ir|expressions)|workflows/(?!host/))', '^src/activities/contract\\.ts$'],
        reachable: true,
      },
    },
    {
      name: 'bundle-packages',
      severity: 'error',
      comment:
        'Packages in the bundle are replayed with it: each must be free of clock, randomness and I/O. These are known to be; a new one needs a decision record.',
      from: { path: BUNDLE },
      to: {
        path: 'node_modules/',
        pathNot: 'node_modules/(re2js|@temporalio/(workflow|common))/',
        reachable: true,
      },
    },
    {
      name: 'pure-has-no-node',
      severity: 'error',
      comment: 'The interpreter and what it computes with reach the world through interpreter/port.ts.',
      from: { path: PURE, pathNot: TEST },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'interpreter-knows-no-temporal',
      severity: 'error',
      comment:
        'The interpreter and the steps reach the world through interpreter/port.ts: add a method there and wire it in runtime/temporal-port.',
      from: { path: '^src/(workflows/(interpreter|steps)|dsl)/', pathNot: TEST },
      to: { path: '@temporalio/' },
    },
    {
      name: 'compiler-is-pure',
      severity: 'error',
      comment:
        'Compiling is a pure function of the source and the CompileEnvironment: read files, adapters and flows outside and pass them in.',
      from: { path: '^src/dsl/', pathNot: TEST },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'dsl-is-the-bottom',
      severity: 'error',
      comment:
        'The language knows nothing of what runs it: put what both need into dsl/, or pass it in through the CompileEnvironment.',
      from: { path: '^src/dsl/', pathNot: TEST },
      to: { path: '^src/(?!dsl/)', pathNot: '^src/adapters/(manifest|adapter)\\.ts$' },
    },
    {
      name: 'api-does-not-know-cli',
      severity: 'error',
      comment: 'The API is a server; what both need belongs to the module that owns the noun (dsl, executions, flows).',
      from: {
        path: '^src/(api|executions|flows|activities|adapters|storage|worker|store|audit|auth|deployments|archive|events)/',
      },
      to: { path: '^src/(cli|testing)/' },
    },
    {
      name: 'cli-starts-no-server',
      severity: 'error',
      comment:
        'The command line is a client of the HTTP API; what starts servers is composed in src/bin and handed in as CliIo.services.',
      from: { path: '^src/cli/', pathNot: TEST },
      to: {
        path: [
          '^src/(api|worker|executions|storage|activities|store|archive|deployments)/',
          '^(temporal|postgres)/',
          '@temporalio/',
        ],
      },
    },
    {
      name: 'adapters-know-no-temporal',
      severity: 'error',
      comment:
        'An adapter throws ActionError; activities/to-application-failure.ts translates it. Adapters must run without Temporal (flow tests, contract suite).',
      from: { path: '^src/adapters/' },
      to: { path: '@temporalio/' },
    },
    {
      name: 'bin-is-the-top',
      severity: 'error',
      comment: 'Composition roots are imported by nobody: take the dependency as a parameter.',
      from: { pathNot: '^(src/bin/|bin/|scripts/|test/|temporal/|postgres/)' },
      to: { path: '^src/bin/', pathNot: '^src/bin/[^/]+\\.test\\.ts$' },
    },
    {
      name: 'no-test-code-in-production',
      severity: 'error',
      comment: 'Move what production needs out of the test; tests are not built.',
      from: { path: '^(src|temporal|postgres)/', pathNot: [TEST, '^(temporal|postgres)/test-(server|database)\\.ts$'] },
      to: { path: ['\\.test\\.ts$', '^test/', 'node_modules/(vitest|fast-check|smtp-server)/'] },
    },
    {
      name: 'not-resolvable',
      severity: 'error',
      comment: 'The import leads nowhere: fix the path, or add the package to package.json.',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-undeclared-package',
      severity: 'error',
      comment: 'Code that ships imports `dependencies` only: move the package there from devDependencies, or add it.',
      from: { path: '^(src|temporal|postgres)/', pathNot: [TEST, '^(temporal|postgres)/test-(server|database)\\.ts$'] },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'] },
    },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage|node_modules/\\.cache)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
