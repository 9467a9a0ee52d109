/** The account that is signed in. */
import { ChangeDetectionStrategy, Component } from '@angular/core';

@Component({
  selector: 'poltrona-account',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '<h1>AccountPage</h1>',
})
export class AccountPage {}
