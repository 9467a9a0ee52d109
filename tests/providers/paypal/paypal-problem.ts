/**
 * What PayPal answers when it refuses: the status, the name of the class of errors and the issue with its words. The words
 * are those of PayPal's API descriptions, since those list them as constants and the tests compare.
 */

const CLASSES = {
  400: ['INVALID_REQUEST', 'Request is not well-formed, syntactically incorrect, or violates schema.'],
  401: [
    'AUTHENTICATION_FAILURE',
    'Authentication failed due to missing authorization header, or invalid authentication credentials.',
  ],
  404: ['RESOURCE_NOT_FOUND', 'The specified resource does not exist.'],
  409: ['RESOURCE_CONFLICT', 'The server has detected a conflict while processing this request.'],
  422: [
    'UNPROCESSABLE_ENTITY',
    'The requested action could not be performed, semantically incorrect, or failed business validation.',
  ],
} as const;

const ISSUES = {
  MALFORMED_REQUEST_JSON: [400, 'The request JSON is not well formed.'],
  MISSING_REQUIRED_PARAMETER: [400, 'A required parameter is missing.'],
  INVALID_PARAMETER_SYNTAX: [400, 'The value of a field does not conform to the expected format.'],
  INVALID_PARAMETER_VALUE: [400, 'A parameter value is not valid.'],
  INVALID_STRING_LENGTH: [400, 'The value of a field is either too short or too long'],
  PAYPAL_REQUEST_ID_REQUIRED: [
    400,
    "A PayPal-Request-Id is required if you are trying to process payment for an Order. Please specify a PayPal-Request-Id or Create the Order without a 'payment_source' specified.",
  ],
  INVALID_RESOURCE_ID: [404, 'Specified resource ID does not exist. Please check the resource ID and try again.'],
  PREVIOUS_REQUEST_IN_PROGRESS: [
    409,
    'A previous request on this resource is currently in progress. Please wait for sometime and try again. It is best to space out the initial and the subsequent request(s) to avoid receiving this error.',
  ],
  INVALID_CURRENCY_CODE: [
    422,
    'Currency code is invalid or is not currently supported. Please refer https://developer.paypal.com/api/rest/reference/currency-codes/ for list of supported currency codes.',
  ],
  CANNOT_BE_ZERO_OR_NEGATIVE: [
    422,
    'Must be greater than zero. If the currency supports decimals, only two decimal place precision is supported.',
  ],
  DECIMAL_PRECISION: [422, 'If the currency supports decimals, only two decimal place precision is supported.'],
  ACTION_DOES_NOT_MATCH_INTENT: [
    422,
    "Order was created with an intent to 'CAPTURE'. Please use v2/checkout/orders/order_id/capture to complete the transaction or alternately Create an order with an intent of 'AUTHORIZE'.",
  ],
  ORDER_NOT_APPROVED: [
    422,
    "Payer has not yet approved the Order for payment. Please redirect the payer to the 'rel':'approve' url returned as part of the HATEOAS links within the Create Order call.",
  ],
  ORDER_ALREADY_AUTHORIZED: [
    422,
    "Order already authorized.If 'intent=AUTHORIZE' only one authorization per order is allowed.",
  ],
  ORDER_EXPIRED: [
    422,
    'Order is expired and hence cannot be authorized. Please contact Customer Support if you need to increase your order validity period.',
  ],
  PAYER_ACTION_REQUIRED: [422, 'Transaction cannot complete successfully, instruct the buyer to return to PayPal.'],
  INSTRUMENT_DECLINED: [
    422,
    "The instrument presented  was either declined by the processor or bank, or it can't be used for this payment.",
  ],
  /** The words of an order's authorisation; a capture says it otherwise, see `CAPTURED_INVOICE`. */
  DUPLICATE_INVOICE_ID: [
    422,
    'Duplicate Invoice ID detected. To avoid a potential duplicate transaction your account setting requires that Invoice Id be unique for each transaction.',
  ],
  AUTHORIZATION_VOIDED: [422, 'A voided authorization cannot be captured or reauthorized. '],
  AUTHORIZATION_EXPIRED: [422, 'An expired authorization cannot be captured.'],
  AUTHORIZATION_ALREADY_CAPTURED: [422, 'Authorization has previously been captured.'],
  AUTH_CAPTURE_CURRENCY_MISMATCH: [422, 'Currency of capture must be the same as currency of authorization.'],
  MAX_CAPTURE_AMOUNT_EXCEEDED: [
    422,
    'Capture amount exceeds allowable limit. Please contact customer service or your account manager to request the change to your overage limit. The default overage limit is 115%, which allows the sum of all captures to be up to 115% of the order amount. The ability to over capture is subjected to regulatory approvals.',
  ],
  PREVIOUSLY_CAPTURED: [422, 'Authorization has been previously captured and hence cannot be voided.'],
  PREVIOUSLY_VOIDED: [422, 'Authorization has been previously voided and hence cannot be voided again.'],
  CANNOT_BE_VOIDED: [422, 'A reauthorization cannot be voided. Please void the original parent authorization.'],
  REAUTHORIZATION_NOT_SUPPORTED: [
    422,
    'A reauthorize cannot be attempted on an authorization_id that is the result of a prior reauthorization or on an authorization made on an Order saved using the `v2/orders/id/save` API.',
  ],
  REAUTHORIZATION_TOO_SOON: [422, 'A reauthorization is not allowed within the honor period.'],
  AUTH_CURRENCY_MISMATCH: [
    422,
    'The currency specified during reauthorization should be the same as the currency specified in the original authorization. Please check the currency of the authorization for which you are trying to reauthorize and try again.',
  ],
  CAPTURE_FULLY_REFUNDED: [422, 'The capture has already been fully refunded'],
  REFUND_AMOUNT_EXCEEDED: [
    422,
    'The refund amount must be less than or equal to the capture amount that has not yet been refunded.',
  ],
  REFUND_CAPTURE_CURRENCY_MISMATCH: [422, 'Refund must be in the same currency as the capture'],
  REFUND_NOT_ALLOWED: [422, 'Capture cannot be refunded.'],
  PENDING_CAPTURE: [
    422,
    'Cannot initiate a refund as the capture is pending. Capture is typically pending when the payer has funded the transaction using e-check/bank funded.',
  ],
  REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK: [
    422,
    'Refunds are not allowed on this capture due to a chargeback on the card or bank. Please contact the payee to resolve the chargeback.',
  ],
  TRANSACTION_DISPUTED: [
    422,
    'Partial refunds cannot be offered at this time because there is an open case on this transaction. Visit the PayPal Resolution Center to review this case.',
  ],
} as const satisfies Record<string, readonly [keyof typeof CLASSES, string]>;

export type Issue = keyof typeof ISSUES;

/** PayPal has several sentences for the same issue, by where it is told: these are the payments'. */
export const PAYMENT_CURRENCY =
  'Currency code is invalid or is not currently supported. Please refer https://developer.paypal.com/docs/api/reference/currency-codes/ for list of supported currency codes.';
export const CAPTURED_INVOICE = 'Requested invoice_id has been previously captured. Possible duplicate transaction.';
export const REFUNDED_INVOICE = 'Invoice ID was previously used to refund a capture.';

/** A refusal of the stand-in; whoever answers turns it into PayPal's error body. */
export class PayPalProblem extends Error {
  readonly status: number;
  readonly issue: Issue;
  readonly field: string | undefined;
  /** Further links of the answer, e.g. where the payer must go. */
  readonly links: readonly object[];
  readonly #description: string;

  constructor(issue: Issue, more: { field?: string; description?: string; links?: readonly object[] } = {}) {
    super(issue);
    this.issue = issue;
    this.status = ISSUES[issue][0];
    this.field = more.field;
    this.links = more.links ?? [];
    this.#description = more.description ?? ISSUES[issue][1];
  }

  /** The body as PayPal writes it. @param debugId The same as in the header `paypal-debug-id`. */
  body(debugId: string): object {
    const [name, message] = CLASSES[ISSUES[this.issue][0]];
    const place = this.field === undefined ? {} : { field: this.field, location: 'body' };
    const help = `https://developer.paypal.com/docs/api/orders/v2/#error-${this.issue}`;
    return {
      name,
      message,
      debug_id: debugId,
      details: [{ issue: this.issue, description: this.#description, ...place }],
      links: [{ href: help, rel: 'information_link', method: 'GET' }, ...this.links],
    };
  }
}

/** What a call without a known token gets: no details, as PayPal's. */
export function unauthorized(debugId: string): object {
  const [name, message] = CLASSES[401];
  return { name, message, debug_id: debugId, details: [], links: [] };
}
