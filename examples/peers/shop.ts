import { createKeyedAnswers, field, type Peer, refusal, textField } from './peer.ts';

const STOCK: Readonly<Record<string, number>> = { 'A-17': 5, 'B-4': 12, 'C-9': 0 };

/** Stock, payments, parcels and exports of a shop. The card `card_declined` is refused, and nothing is shipped to `nowhere`. */
export function createShop(): Peer {
  const keyed = createKeyedAnswers();
  const reserved = new Map<string, { sku: string; quantity: number }>();
  const polls = new Map<string, number>();
  let payments = 0;
  let refunds = 0;
  let parcels = 0;
  return {
    'POST /reservations': (request) =>
      keyed(request, () => {
        const sku = textField(request.body, 'sku');
        const quantity = Number(field(request.body, 'quantity') ?? 1);
        if (quantity > (Object.hasOwn(STOCK, sku) ? (STOCK[sku] ?? 0) : 0))
          return refusal(409, 'out_of_stock', `There is not enough of ${sku}.`);
        const id = `r_${reserved.size + 1}`;
        reserved.set(id, { sku, quantity });
        return { status: 201, body: { reservation_id: id, sku, quantity } };
      }),
    'DELETE /reservations/{id}': ({ path }) => ({
      body: { reservation_id: path['id'], released: reserved.delete(path['id'] ?? '') },
    }),
    'POST /payments': (request) =>
      keyed(request, () => {
        if (textField(request.body, 'card') === 'card_declined')
          return refusal(402, 'card_declined', 'The card was declined.');
        payments += 1;
        return { status: 201, body: { payment_id: `pay_${payments}`, amount: field(request.body, 'amount') } };
      }),
    'POST /payments/{id}/refunds': (request) =>
      keyed(request, () => {
        refunds += 1;
        return { status: 201, body: { refund_id: `re_${refunds}`, payment_id: request.path['id'] } };
      }),
    'POST /parcels': (request) =>
      keyed(request, () => {
        if (textField(request.body, 'address') === 'nowhere')
          return refusal(422, 'bad_address', 'This address does not exist.');
        parcels += 1;
        return { status: 201, body: { parcel_id: `p_${parcels}` } };
      }),
    'POST /exports': (request) =>
      keyed(request, () => {
        const id = `x_${polls.size + 1}`;
        polls.set(id, 0);
        return { status: 202, body: { export_id: id, state: 'running' } };
      }),
    // Ready when it has been asked for three times.
    'GET /exports/{id}': ({ path }) => {
      const id = path['id'] ?? '';
      const count = polls.get(id);
      if (count === undefined) return refusal(404, 'not_found', `There is no export ${id}.`);
      polls.set(id, count + 1);
      return { body: { export_id: id, state: count + 1 >= 3 ? 'ready' : 'running' } };
    },
    'GET /prices/{sku}': ({ path }) => ({ body: { sku: path['sku'], price: 100 + (path['sku'] ?? '').length } }),
  };
}
