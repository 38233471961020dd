/** What the process ends with. Promised to scripts: a code never changes its meaning. */
export const EXIT_CODES = {
  ok: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  cancelled: 4,
  timedOut: 5,
  terminated: 6,
  unauthenticated: 7,
  forbidden: 8,
  conflict: 9,
  changesPending: 10,
  bug: 70,
  interrupted: 130,
} as const;

export type ExitName = keyof typeof EXIT_CODES;
export type ExitCode = (typeof EXIT_CODES)[ExitName];

/** One sentence each, for `docs/reference/cli.md`. */
export const EXIT_MEANINGS: Readonly<Record<ExitName, string>> = {
  ok: 'Done. For `run`: the execution completed.',
  failed: 'A flow has errors, a test or an execution failed, or the server refused the request.',
  usage: 'The command line is wrong: unknown option, missing argument, file that does not exist.',
  unreachable: 'The server does not answer.',
  cancelled: 'The execution was cancelled.',
  timedOut: 'The execution ran into its time-out.',
  terminated: 'The execution was terminated.',
  unauthenticated: 'The server wants an identity, or refuses the token.',
  forbidden: 'The token lacks a permission; the message names it.',
  conflict:
    'Something else is there now than was expected: another version, another number of executions, a flow in use.',
  changesPending:
    'There are changes, and nothing was done: `push` or `pull` without `--yes`, `diff` that found differences.',
  bug: 'A defect of the CLI itself; the message asks for a report.',
  interrupted: 'Interrupted by Ctrl-C before the end was known.',
};
