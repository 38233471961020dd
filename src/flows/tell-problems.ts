import type { Diagnostic } from '../dsl/diagnostics/diagnostic.ts';
import type { FolderState } from './folder-state.ts';

/**
 * Tells the author of a folder what is wrong with it: at the first reading everything, then only what has changed, and
 * when a file is right again. One line for each problem.
 */
export function tellProblems(tell: (line: string) => void): (state: FolderState) => void {
  let told: ReadonlyMap<string, string> = new Map();
  return (state) => {
    const now = problemsOf(state);
    for (const [place, text] of now) if (told.get(place) !== text) tell(text);
    for (const place of told.keys())
      if (!now.has(place) && state.files.has(place)) tell(`${place}: no problems any more`);
    told = now;
  };
}

/** Lines by file; by the problem itself for what lies beside the flows. */
function problemsOf(state: FolderState): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { path, flow } of state.files.values()) {
    const lines = (flow?.diagnostics ?? []).map((diagnostic) => lineOf(path, diagnostic));
    if (lines.length > 0) found.set(path, lines.join('\n'));
  }
  for (const problem of [...state.catalogueProblems, ...state.adapterProblems]) found.set(problem, `error: ${problem}`);
  return found;
}

function lineOf(path: string, { severity, code, message, line, column, hint }: Diagnostic): string {
  return `${path}:${line}:${column} ${severity} ${code} ${message}${hint === undefined ? '' : ` ${hint}`}`;
}
