import type { FieldSchema } from '../contracts.js';
import type { AggregateColumn } from './aggregate.js';
import { compileQuery, type CompiledQuery } from './compileQuery.js';
import type { Selected } from './selection.js';
import type { QueryScope } from './sources.js';

const apexTypes: Readonly<Record<string, string>> = {
  id: 'Id',
  reference: 'Id',
  boolean: 'Boolean',
  int: 'Integer',
  double: 'Double',
  currency: 'Double',
  percent: 'Double',
  date: 'Date',
  datetime: 'Datetime',
  time: 'Time',
};

/** The answer to `/query?q=…&columns=true`: what the columns are, no rows. `COUNT()` has none: its answer is a number. */
export function columnMetadata(scope: QueryScope): Record<string, unknown> {
  const compiled = compileQuery(scope);
  const columns = compiled.aggregate ? compiled.names.map(aggregateColumn) : columnsOf(compiled.selected);
  return {
    columnMetadata: columns,
    entityName: compiled.source.schema.name,
    groupBy: compiled.query.groupBy !== undefined,
    idSelected: idSelected(compiled),
    keyPrefix: compiled.source.schema.keyPrefix,
  };
}

function idSelected(compiled: CompiledQuery): boolean {
  return compiled.paths.some((path) => path.path === 'Id');
}

function columnsOf(selected: readonly Selected[]): Array<Record<string, unknown>> {
  return selected.map((entry) => {
    if (entry.kind === 'field') return fieldColumn(entry.field);
    if (entry.kind === 'parent')
      return {
        ...blankColumn(entry.step.name),
        foreignKeyName: entry.step.field.name,
        custom: entry.step.name.endsWith('__r'),
        joinColumns: columnsOf(entry.selected),
      };
    return { ...blankColumn(entry.name), aggregate: true, joinColumns: columnsOf(entry.selected) };
  });
}

function aggregateColumn(column: AggregateColumn): Record<string, unknown> {
  return { ...blankColumn(column.name), aggregate: column.computed, displayName: column.label };
}

function fieldColumn(field: FieldSchema): Record<string, unknown> {
  const apexType = apexTypes[field.type] ?? 'String';
  return {
    ...blankColumn(field.name),
    apexType,
    booleanType: apexType === 'Boolean',
    custom: field.custom ?? false,
    insertable: field.createable ?? false,
    numberType: ['Integer', 'Double'].includes(apexType),
    textType: apexType === 'String',
    updatable: field.updateable ?? false,
  };
}

function blankColumn(name: string): Record<string, unknown> {
  return {
    aggregate: false,
    apexType: null,
    booleanType: false,
    columnName: name,
    custom: false,
    displayName: name,
    foreignKeyName: null,
    insertable: false,
    joinColumns: [],
    numberType: false,
    textType: false,
    updatable: false,
  };
}
