import { OrgError } from '../contracts.js';

/** A refusal of a query with the place marked, the way REST words it. */
export function queryError(code: string, soql: string, token: string, message: string): OrgError {
  const at =
    token === ''
      ? -1
      : (new RegExp(`(?<![\\w.])${escaped(token)}(?!\\w)`, 'i').exec(soql)?.index ??
        soql.toLowerCase().indexOf(token.toLowerCase()));
  const place = at === -1 ? 0 : at;
  const before = soql.slice(Math.max(0, place - 40), place).replaceAll('\n', ' ');
  const after = soql.slice(place, place + 40).replaceAll('\n', ' ');
  const row = soql.slice(0, place).split('\n').length;
  const column = place - (soql.lastIndexOf('\n', place - 1) + 1) + 1;
  return new OrgError(
    code,
    `\n${before}${after}\n${' '.repeat(before.length)}^\nERROR at Row:${row}:Column:${column}\n${message}`
  );
}

export function noSuchColumn(soql: string, field: string, entity: string): OrgError {
  return queryError(
    'INVALID_FIELD',
    soql,
    field,
    `No such column '${field}' on entity '${entity}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`
  );
}

export function noSuchRelationship(soql: string, name: string): OrgError {
  return queryError(
    'INVALID_FIELD',
    soql,
    name,
    `Didn't understand relationship '${name}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`
  );
}

export function typeNotSupported(soql: string, name: string): OrgError {
  const error = queryError('INVALID_TYPE', soql, name, `sObject type '${name}' is not supported.`);
  return name.endsWith('__c') || name.includes('_')
    ? new OrgError(
        error.code,
        `${error.message} If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.`
      )
    : error;
}

export function malformed(soql: string, message: string, token = ''): OrgError {
  return queryError('MALFORMED_QUERY', soql, token, message);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
