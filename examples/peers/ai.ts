import { type Peer, textField } from './peer.ts';

const WORDS: Readonly<Record<string, readonly string[]>> = {
  billing: ['invoice', 'bill', 'charge', 'charged', 'refund', 'payment', 'price'],
  technical: ['error', 'crash', 'broken', 'slow', 'bug', 'login'],
  account: ['password', 'account', 'email', 'profile'],
};

/** Classifies by the words in a text; the same text always gives the same answer. */
export function createAi(): Peer {
  return {
    'POST /classify': ({ body }) => {
      const words = textField(body, 'text')
        .toLowerCase()
        .split(/[^a-z]+/)
        .filter((word) => word !== '');
      const scores = Object.entries(WORDS).map(([category, known]) => ({
        category,
        hits: words.filter((word) => known.includes(word)).length,
      }));
      const best = scores.reduce((a, b) => (b.hits > a.hits ? b : a));
      return {
        body:
          best.hits === 0
            ? { category: 'general', confidence: 0.5 }
            : { category: best.category, confidence: Math.min(99, 70 + best.hits * 10) / 100 },
      };
    },
  };
}
