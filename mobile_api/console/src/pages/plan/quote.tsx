import { useEffect, useRef } from 'preact/hooks';

import type { CatalogueView, CheckoutBody, CheckoutView, PreviewView, SubscriptionView, UsageSoFar } from '../../api/generated.ts';
import { dollarsOfCents } from '../../kit/money.ts';
import { instantInWords } from '../../kit/time.ts';
import { Form } from '../../parts/form.tsx';
import { Pairs } from '../../parts/pairs.tsx';
import { plan as say, usage as ofUsage } from '../../words/plan.ts';
import { inWords, isLive } from './standing.ts';

interface Properties {
  order: CheckoutBody;
  price: PreviewView;
  subscription: SubscriptionView;
  catalogue: CatalogueView;
  changed: (said: string) => void;
}

/** What an order costs and takes away, and the button that places exactly it. */
export function Quote({ order, price, subscription, catalogue, changed }: Properties) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [price]);
  const ends = order.plan === 'free';
  return (
    <section class="changes">
      <h3 tabIndex={-1} ref={heading}>
        {ends ? say.ending : say.quote}
      </h3>
      {ends ? <End price={price} /> : <Costs {...{ order, price, subscription, catalogue }} />}
      {price.usage_so_far && <SoFar usage={price.usage_so_far} />}
      {price.loosens.length > 0 && (
        <>
          <p class="caution">{say.loosens}</p>
          <ul>
            {price.loosens.map((each) => (
              <li>{each.summary}</li>
            ))}
          </ul>
        </>
      )}
      {isLive(subscription) ? (
        <Form<SubscriptionView>
          send={ends ? say.end : say.send}
          request={() => ({ method: 'PUT', path: '/v1/subscription', body: order })}
          done={(now) => changed(now.waits_for !== null ? say.nowWaits : ends ? say.isEnding : say.isChanged)}
        />
      ) : (
        <Form<CheckoutView>
          send={say.pay}
          request={() => ({ method: 'POST', path: '/v1/billing/checkout', body: order })}
          done={({ url }) => location.assign(url)}
        />
      )}
    </section>
  );
}

function End({ price: { next_invoice_at: at, next_invoice_cents: cents } }: Pick<Properties, 'price'>) {
  return (
    <p>
      {at === null ? say.wouldEndOnce : say.wouldEnd(instantInWords(at))}
      {cents > 0 && ` ${say.last(dollarsOfCents(cents))}`}
    </p>
  );
}

/** What the month under way has used beyond limits: no invoice that is priced here asks for it. */
function SoFar({ usage: { period, cents, is_whole: isWhole } }: { usage: UsageSoFar }) {
  return (
    <p>
      {cents > 0 ? say.usageSoFar(period, dollarsOfCents(cents)) : say.noUsageSoFar(period)} {!isWhole && ofUsage.partly}
    </p>
  );
}

/** What leads from the lines to what is asked for, as far as there is any of it. */
function besideLines(price: PreviewView): [string, string][] {
  const { discount_cents: off, tax_cents: tax, balance_cents: balance } = price;
  const rows: [string, number][] = [
    [say.discounts, -off],
    [say.tax, tax],
    [balance < 0 ? say.paidByBalance : say.toBalance, balance],
  ];
  return rows.filter(([, cents]) => cents !== 0).map(([name, cents]) => [name, dollarsOfCents(cents)]);
}

function Costs({ order, price, subscription, catalogue }: Omit<Properties, 'changed'>) {
  const next = dollarsOfCents(price.next_invoice_cents);
  const at = price.next_invoice_at;
  const lines = price.lines.map((each): [string, string] => [each.description, dollarsOfCents(each.cents)]);
  return (
    <>
      <p>{say.order(inWords(order, catalogue))}</p>
      <Pairs of={[...lines, ...besideLines(price)]} />
      <p>
        {isLive(subscription)
          ? say.next(next, at && instantInWords(at))
          : price.trial_days > 0
            ? say.trial(price.trial_days, next)
            : say.first(next)}{' '}
        {say.then[order.interval ?? 'month'](dollarsOfCents(price.interval_cents))} {say.beside}
      </p>
    </>
  );
}
