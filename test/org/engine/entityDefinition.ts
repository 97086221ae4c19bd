import type { OrgCore, Row } from './contracts.js';
import { declareObject } from './schema/declareObject.js';
import { canSeeObject } from './schema/describe.js';

/** `EntityDefinition`: the objects of the org as rows, for clients that list objects by query. */
export function installEntityDefinition(org: OrgCore): void {
  org.tables.register({
    schema: declareObject({
      name: 'EntityDefinition',
      keyPrefix: '4ie',
      nameField: 'none',
      owned: false,
      systemFields: false,
      readOnly: true,
      fields: `DurableId-:text QualifiedApiName-:text(70) DeveloperName-:text(80) Label-:text(80) PluralLabel-:text(80) KeyPrefix-:text(3) NamespacePrefix-:text(15)
        IsCustomSetting-:check IsQueryable-:check IsDeprecatedAndHidden-:check IsCustomizable-:check IsApexTriggerable-:check`,
    }),
    api: ['data', 'tooling'],
    rows: (user) => {
      const rows: Row[] = [];
      for (const name of org.schema.names()) {
        const object = org.schema.get(name);
        if (object === undefined || !canSeeObject(user, object)) continue;
        rows.push({
          Id: '000000000000000AAA',
          DurableId: object.name,
          QualifiedApiName: object.name,
          DeveloperName: object.name.replace(/^[A-Za-z0-9]+?__(?=.+__)/, '').replace(/__c$/, ''),
          Label: object.label,
          PluralLabel: `${object.label}s`,
          KeyPrefix: object.keyPrefix,
          NamespacePrefix: /^([A-Za-z0-9]+?)__.+__c$/.exec(object.name)?.[1] ?? null,
          IsCustomSetting: object.customSetting ?? false,
          IsQueryable: object.queryable ?? true,
          IsDeprecatedAndHidden: false,
          IsCustomizable: true,
          IsApexTriggerable: object.createable ?? false,
        });
      }
      return rows;
    },
  });
}
