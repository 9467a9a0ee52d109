/** Who and how: ticket types, CPF, payment. */
import { ChangeDetectionStrategy, Component } from '@angular/core';

@Component({
  selector: 'poltrona-checkout',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '<h1>CheckoutPage</h1>',
})
export class CheckoutPage {}
