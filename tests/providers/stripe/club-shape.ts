/** New customers, products and prices in the full shape of the API. */
import type { Books } from './books.ts';
import type { Customer, Metadata, Price, Product } from './kinds.ts';

export function newCustomer(books: Books, metadata: Metadata, description: string | null): Customer {
  const id = books.newId('cus');
  return {
    id,
    object: 'customer',
    address: null,
    balance: 0,
    created: books.now(),
    currency: null,
    default_source: null,
    delinquent: false,
    description,
    discount: null,
    email: null,
    invoice_prefix: id.slice(-8).toUpperCase(),
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata,
    name: null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  };
}

export function newProduct(books: Books, name: string, metadata: Metadata, description: string | null): Product {
  return {
    id: books.newId('prod'),
    object: 'product',
    active: true,
    created: books.now(),
    default_price: null,
    description,
    images: [],
    livemode: false,
    marketing_features: [],
    metadata,
    name,
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: null,
    tax_details: null,
    type: 'service',
    unit_label: null,
    updated: books.now(),
    url: null,
  };
}

export interface NewPrice {
  readonly amount: number;
  readonly currency: string;
  readonly product: string;
  readonly interval: 'day' | 'month' | 'week' | 'year' | null;
  readonly intervalCount: number;
  readonly lookupKey: string | null;
  readonly nickname: string | null;
  readonly metadata: Metadata;
}

export function newPrice(books: Books, wanted: NewPrice): Price {
  return {
    id: books.newId('price'),
    object: 'price',
    active: true,
    billing_scheme: 'per_unit',
    created: books.now(),
    currency: wanted.currency,
    custom_unit_amount: null,
    livemode: false,
    lookup_key: wanted.lookupKey,
    metadata: wanted.metadata,
    nickname: wanted.nickname,
    product: wanted.product,
    recurring:
      wanted.interval === null
        ? null
        : {
            interval: wanted.interval,
            interval_count: wanted.intervalCount,
            meter: null,
            trial_period_days: null,
            usage_type: 'licensed',
          },
    tax_behavior: 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: wanted.interval === null ? 'one_time' : 'recurring',
    unit_amount: wanted.amount,
    unit_amount_decimal: String(wanted.amount),
  };
}
