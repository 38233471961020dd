import { createKeyedAnswers, field, type Peer, refusal, textField } from './peer.ts';

const DECLINES: Readonly<Record<string, readonly [code: string, message: string]>> = {
  pm_card_declined: ['card_declined', 'Your card was declined.'],
  pm_card_insufficient: ['insufficient_funds', 'Your card has insufficient funds.'],
  pm_card_expired: ['expired_card', 'Your card has expired.'],
};

/** Card payments; honours Idempotency-Key. `pm_card_declined`, `pm_card_insufficient` and `pm_card_expired` are refused. */
export function createStripe(): Peer {
  const keyed = createKeyedAnswers();
  const payments = new Map<string, { amount: number; currency: string }>();
  let refunds = 0;
  return {
    'POST /v1/payment_intents': (request) =>
      keyed(request, () => {
        const method = textField(request.body, 'payment_method');
        const decline = Object.hasOwn(DECLINES, method) ? DECLINES[method] : undefined;
        if (decline !== undefined) return refusal(402, decline[0], decline[1]);
        const amount = Number(field(request.body, 'amount'));
        const currency = textField(request.body, 'currency');
        const id = `pi_${payments.size + 1}`;
        payments.set(id, { amount, currency });
        return { body: { id, status: 'succeeded', amount, currency } };
      }),
    'POST /v1/refunds': (request) =>
      keyed(request, () => {
        const payment = textField(request.body, 'payment_intent');
        if (!payments.has(payment)) return refusal(404, 'resource_missing', `There is no payment ${payment}.`);
        refunds += 1;
        return { body: { id: `re_${refunds}`, status: 'succeeded' } };
      }),
  };
}
