import { useState } from 'preact/hooks';

import type { CatalogueView, CheckoutBody, PreviewView, SubscriptionView } from '../../api/generated.ts';
import { errorsAt, errorsBeside } from '../../kit/errors.ts';
import { Field, type Values } from '../../parts/field.tsx';
import { Trouble } from '../../parts/loaded.tsx';
import { useSubmit } from '../../parts/write.ts';
import { plan as say } from '../../words/plan.ts';
import { boughtBy, fieldsOf, referralIn, startOf } from './order.ts';
import { Quote } from './quote.tsx';

interface Properties {
  subscription: SubscriptionView;
  catalogue: CatalogueView;
  changed: (said: string) => void;
}

/** Another plan, other seats or add-ons: first their price, then the order. What was priced is gone with the first
 * change of the form. */
export function Change({ subscription, catalogue, changed }: Properties) {
  const [values, setValues] = useState<Values>(() => startOf(subscription, referralIn(location.search)));
  const [priced, setPriced] = useState<{ order: CheckoutBody; price: PreviewView }>();
  const order = boughtBy(values, catalogue);
  const { form, submit, isSending, problem, errors } = useSubmit(
    () => ({ method: 'POST', path: '/v1/subscription/preview', body: order }),
    (price: PreviewView) => setPriced({ order, price }),
  );
  const fields = fieldsOf(catalogue, subscription).filter((each) => each.when === undefined || each.when(values));
  const set = (name: string, value: string | readonly string[]) => {
    setPriced(undefined);
    setValues({ ...values, [name]: value });
  };
  return (
    <>
      <form ref={form} class="form" onSubmit={submit}>
        {fields.map((field) => (
          <Field
            key={field.name}
            field={field}
            errors={errorsAt(errors, field.name)}
            value={values[field.name] ?? ''}
            set={(value) => set(field.name, value)}
          />
        ))}
        <div class="verbs">
          <button disabled={isSending}>{say.show}</button>
        </div>
        {problem !== undefined && (
          <Trouble problem={problem} errors={errorsBeside(errors, fields.map((each) => each.name))} />
        )}
      </form>
      {priced && <Quote {...priced} subscription={subscription} catalogue={catalogue} changed={changed} />}
    </>
  );
}
