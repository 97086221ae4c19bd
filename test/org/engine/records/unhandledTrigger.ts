import { OrgError } from '../contracts.js';

/**
 * A trigger that throws and catches nothing. Thrown by a save hook it fails every row of the same transaction,
 * unlike a refusal of one row by `addError`.
 */
export class UnhandledTrigger extends OrgError {
  public constructor(trigger: string, cause: string, event = 'BeforeUpdate') {
    super(
      'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
      `${trigger}: execution of ${event}\n\ncaused by: ${cause}\n\nTrigger.${trigger}: line 7, column 1`
    );
  }
}
