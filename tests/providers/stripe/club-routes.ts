/** The calls of the cinema club: products, prices, customers, subscriptions and their invoices. */
import type { Books } from './books.ts';
import { newCustomer, newPrice, newProduct } from './club-shape.ts';
import { expectOnly, invalid, missing, noSuch, oneOf, wholeNumber } from './failure.ts';
import { type FormObject, listOf, mergedMetadata, objectOf, textOf, textsOf } from './form.ts';
import type { Customer, Price } from './kinds.ts';
import type { Route } from './router.ts';
import type { Subscriptions } from './subscriptions.ts';

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));
const SUBSCRIBED = words(
  'collection_method customer default_payment_method items metadata payment_behavior payment_settings',
);
const PRICED = words(
  'active currency lookup_key metadata nickname product product_data recurring tax_behavior unit_amount',
);

const INTERVALS = ['day', 'week', 'month', 'year'] as const;

export function clubRoutes(books: Books, subscriptions: Subscriptions): readonly Route[] {
  const metadataOf = (form: FormObject, known = {}): Record<string, string> =>
    mergedMetadata(known, objectOf(form, 'metadata'));
  return [
    [
      'POST',
      '/v1/products',
      (form) => {
        expectOnly(form, words('active description metadata name'));
        const name = textOf(form, 'name');
        if (name === undefined) throw missing('name');
        return books.products.add(newProduct(books, name, metadataOf(form), textOf(form, 'description') ?? null));
      },
    ],
    ['GET', '/v1/products', (form) => books.products.list('/v1/products', form)],
    ['GET', '/v1/products/:id', (_form, id) => books.products.get(id)],
    [
      'POST',
      '/v1/products/:id',
      (form, id) => {
        expectOnly(form, words('active description metadata name'));
        const product = books.products.get(id);
        product.active = (textOf(form, 'active') ?? String(product.active)) === 'true';
        product['name'] = textOf(form, 'name') ?? product['name'];
        product.metadata = metadataOf(form, product.metadata);
        return product;
      },
    ],
    ['POST', '/v1/prices', (form) => books.prices.add(readPrice(books, form))],
    [
      'GET',
      '/v1/prices',
      (form) => {
        const [product, keys] = [textOf(form, 'product'), textsOf(form, 'lookup_keys')];
        return books.prices.list(
          '/v1/prices',
          form,
          (price) =>
            (product === undefined || price.product === product) &&
            (keys.length === 0 || keys.includes(String(price['lookup_key']))),
        );
      },
    ],
    ['GET', '/v1/prices/:id', (_form, id) => books.prices.get(id)],
    [
      'POST',
      '/v1/prices/:id',
      (form, id) => {
        expectOnly(form, words('active metadata nickname'));
        const price = books.prices.get(id);
        price.active = (textOf(form, 'active') ?? String(price.active)) === 'true';
        price.metadata = metadataOf(form, price.metadata);
        return price;
      },
    ],
    [
      'POST',
      '/v1/customers',
      (form) => {
        // An e-mail or a name would be accepted by Stripe; Poltrona sends nobody's, so the stand-in refuses them.
        expectOnly(form, words('description metadata preferred_locales'));
        return books.customers.add(newCustomer(books, metadataOf(form), textOf(form, 'description') ?? null));
      },
    ],
    ['GET', '/v1/customers/:id', (_form, id) => customerOrGrave(books, id)],
    [
      'DELETE',
      '/v1/customers/:id',
      (_form, id) => {
        const customer = livingCustomer(books, id, 'id');
        for (const one of books.subscriptions.all()) {
          const isAlive = one.status !== 'canceled' && one.status !== 'incomplete_expired';
          if (one.customer === id && isAlive) subscriptions.cancel(one);
        }
        customer.deleted = true;
        return customerOrGrave(books, id);
      },
    ],
    [
      'POST',
      '/v1/customers/:id',
      (form, id) => {
        expectOnly(form, words('description metadata'));
        const customer = livingCustomer(books, id, 'id');
        customer.metadata = metadataOf(form, customer.metadata);
        return customer;
      },
    ],
    [
      'POST',
      '/v1/subscriptions',
      (form) => {
        expectOnly(form, SUBSCRIBED);
        const customer = textOf(form, 'customer');
        if (customer === undefined) throw missing('customer');
        if (textOf(form, 'payment_behavior') !== 'default_incomplete')
          throw invalid('The stand-in knows payment_behavior=default_incomplete only.', 'payment_behavior');
        const settings = objectOf(form, 'payment_settings');
        const types = textsOf(settings, 'payment_method_types');
        return subscriptions.create({
          customer: livingCustomer(books, customer, 'customer').id,
          items: readItems(books, form),
          metadata: metadataOf(form),
          paymentSettings: {
            payment_method_options: null,
            payment_method_types: types.length === 0 ? null : types,
            save_default_payment_method: textOf(settings, 'save_default_payment_method') ?? 'off',
          },
        });
      },
    ],
    [
      'GET',
      '/v1/subscriptions',
      (form) => {
        const [customer, status] = [textOf(form, 'customer'), textOf(form, 'status')];
        return books.subscriptions.list(
          '/v1/subscriptions',
          form,
          (one) =>
            (customer === undefined || one.customer === customer) &&
            (status === undefined ? one.status !== 'canceled' : status === 'all' || one.status === status),
        );
      },
    ],
    ['GET', '/v1/subscriptions/:id', (_form, id) => books.subscriptions.get(id)],
    [
      'POST',
      '/v1/subscriptions/:id',
      (form, id) => {
        expectOnly(form, words('cancel_at_period_end default_payment_method metadata'));
        const subscription = books.subscriptions.get(id);
        const isToEnd = textOf(form, 'cancel_at_period_end');
        subscription.metadata = metadataOf(form, subscription.metadata);
        if (isToEnd !== undefined)
          subscriptions.setCancelAtPeriodEnd(
            subscription,
            oneOf(isToEnd, ['true', 'false'], 'cancel_at_period_end') === 'true',
          );
        return subscription;
      },
    ],
    ['DELETE', '/v1/subscriptions/:id', (_form, id) => subscriptions.cancel(books.subscriptions.get(id))],
    [
      'GET',
      '/v1/invoices',
      (form) => {
        const [subscription, customer] = [textOf(form, 'subscription'), textOf(form, 'customer')];
        return books.invoices.list(
          '/v1/invoices',
          form,
          (invoice) =>
            (subscription === undefined || invoice.parent.subscription_details.subscription === subscription) &&
            (customer === undefined || invoice.customer === customer),
        );
      },
    ],
    ['GET', '/v1/invoices/:id', (_form, id) => books.invoices.get(id)],
  ];
}

/** @throws StripeFailure 404 for one that was deleted, as for one that never was */
function livingCustomer(books: Books, id: string, param: string): Customer {
  const customer = books.customers.get(id, param);
  if (customer.deleted) throw noSuch('customer', id, param);
  return customer;
}

/** Of one that was deleted Stripe still says that. */
function customerOrGrave(books: Books, id: string): unknown {
  const customer = books.customers.get(id);
  return customer.deleted ? { id, object: 'customer', deleted: true } : customer;
}

function readPrice(books: Books, form: FormObject): Price {
  expectOnly(form, PRICED);
  const product = textOf(form, 'product');
  const currency = textOf(form, 'currency');
  if (currency === undefined) throw missing('currency');
  if (product === undefined) throw missing('product');
  const recurring = objectOf(form, 'recurring');
  const interval = textOf(recurring, 'interval');
  return newPrice(books, {
    amount: wholeNumber(form['unit_amount'], 'unit_amount'),
    currency: currency.toLowerCase(),
    product: books.products.get(product, 'product').id,
    interval: interval === undefined ? null : oneOf(interval, INTERVALS, 'recurring[interval]'),
    intervalCount:
      recurring['interval_count'] === undefined
        ? 1
        : wholeNumber(recurring['interval_count'], 'recurring[interval_count]', 1),
    lookupKey: textOf(form, 'lookup_key') ?? null,
    nickname: textOf(form, 'nickname') ?? null,
    metadata: mergedMetadata({}, objectOf(form, 'metadata')),
  });
}

function readItems(books: Books, form: FormObject): { price: Price; quantity: number }[] {
  const items = listOf(form, 'items').filter(
    (item): item is FormObject => typeof item === 'object' && !Array.isArray(item),
  );
  if (items.length === 0) throw missing('items');
  return items.map((item, place) => {
    const id = textOf(item, 'price');
    if (id === undefined) throw missing(`items[${place}][price]`);
    const price = books.prices.get(id, `items[${place}][price]`);
    if (price.recurring === null || !price.active)
      throw invalid('The price specified is inactive or not recurring.', `items[${place}][price]`);
    return { price, quantity: item['quantity'] === undefined ? 1 : wholeNumber(item['quantity'], 'quantity', 1) };
  });
}
