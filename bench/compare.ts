import { median, medianInterval } from './statistics.ts';

type Run = () => Promise<unknown>;

/**
 * How much longer one way takes than the other: the median of the ratios of neighbours in time, so that what else the machine
 * does hits both. Which goes first alternates.
 */
export async function pairs(options: {
  weir: Run;
  hand: Run;
  rounds: number;
  warmUp: number;
}): Promise<{ value: number; note: string }> {
  const { weir, hand, rounds, warmUp } = options;
  const ratios: number[] = [];
  const times = { weir: [] as number[], hand: [] as number[] };
  for (let round = -warmUp; round < rounds; round++) {
    const weirFirst = round % 2 === 0;
    const first = await timed(weirFirst ? weir : hand);
    const second = await timed(weirFirst ? hand : weir);
    if (round < 0) continue;
    const [ours, theirs] = weirFirst ? [first, second] : [second, first];
    times.weir.push(ours);
    times.hand.push(theirs);
    ratios.push(ours / theirs);
  }
  const [low, high] = medianInterval(ratios);
  return {
    value: median(ratios),
    note: `95 % [${low.toFixed(3)}, ${high.toFixed(3)}], ${median(times.weir).toFixed(1)} ms against ${median(times.hand).toFixed(1)} ms`,
  };
}

/** Ends a second with so many in flight: medians over blocks that alternate, as a ratio. */
export async function throughput(options: {
  weir: Run;
  hand: Run;
  inFlight: number;
  blocks: number;
  each: number;
}): Promise<{ value: number; note: string }> {
  const { weir, hand, inFlight, blocks, each } = options;
  const rates = { weir: [] as number[], hand: [] as number[] };
  for (let block = -1; block < blocks; block++) {
    const order = block % 2 === 0 ? (['weir', 'hand'] as const) : (['hand', 'weir'] as const);
    for (const way of order) {
      const seconds = (await timed(() => pool(way === 'weir' ? weir : hand, { inFlight, each }))) / 1_000;
      if (block >= 0) rates[way].push(each / seconds);
    }
  }
  const ratios = rates.weir.map((rate, index) => rate / (rates.hand[index] ?? Number.NaN));
  const [low, high] = medianInterval(ratios);
  return {
    value: median(ratios),
    note: `95 % [${low.toFixed(3)}, ${high.toFixed(3)}], ${median(rates.weir).toFixed(1)}/s against ${median(rates.hand).toFixed(1)}/s`,
  };
}

async function pool(run: Run, { inFlight, each }: { inFlight: number; each: number }): Promise<void> {
  let left = each;
  const lane = async (): Promise<void> => {
    while (left-- > 0) await run();
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
}

async function timed(run: Run): Promise<number> {
  const started = performance.now();
  await run();
  return performance.now() - started;
}
