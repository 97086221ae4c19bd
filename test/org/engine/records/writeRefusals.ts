import { OrgError, type ObjectSchema, type OrgUser, type Row } from '../contracts.js';
import { to18 } from '../ids.js';

export function noAccess(): OrgError {
  return new OrgError('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id', [], 403);
}

export function refuseReadOnly(user: OrgUser, object: ObjectSchema): void {
  if (user.rights.readOnlyObjects?.has(object.name) === true) throw noAccess();
}

export function asId(given: string): string {
  const id = to18(String(given));
  if (id === undefined) throw new OrgError('MALFORMED_ID', `malformed id ${String(given)}`, ['Id']);
  return id;
}

export function cannot(verb: string, object: ObjectSchema): OrgError {
  return new OrgError(
    'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    `entity type cannot be ${verb === 'create' ? 'inserted' : `${verb}d`}: ${object.label}`
  );
}

/** The read-only full name of people is put together from its parts. */
export function derivePersonName(object: ObjectSchema, row: Row): void {
  const hasParts = object.fields.some((field) => field.name === 'LastName');
  const fullName = object.fields.find((field) => field.name === 'Name');
  if (hasParts && fullName !== undefined && fullName.createable !== true) {
    row['Name'] = [row['FirstName'], row['LastName']].filter((part) => typeof part === 'string').join(' ');
  }
}
