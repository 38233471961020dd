/** A measured length of time for people: `12 ms`, `3.4 s`, `2 m 05 s`, `3 h 12 m`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const minutes = Math.floor(Math.round(ms / 1_000) / 60);
  if (minutes < 60) return `${minutes} m ${String(Math.round(ms / 1_000) % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} m`;
}
