/** One measured figure against its goal. */
export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly goal: number;
  readonly compare: '<=' | '>=' | '<' | '=';
  readonly met: boolean;
  /** What else is worth knowing, such as the interval. */
  readonly note?: string;
}

const HOLDS: Readonly<Record<Measurement['compare'], (value: number, goal: number) => boolean>> = {
  '<=': (value, goal) => value <= goal,
  '>=': (value, goal) => value >= goal,
  '<': (value, goal) => value < goal,
  '=': (value, goal) => value === goal,
};

/** Judges a figure by its goal. The value is kept as measured: it is rounded for printing only. */
export function measurement(measured: Omit<Measurement, 'met'>): Measurement {
  return {
    ...measured,
    met: Number.isFinite(measured.value) && HOLDS[measured.compare](measured.value, measured.goal),
  };
}
