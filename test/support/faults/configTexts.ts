/** Parts of a `rollback.yml` that say all it can say: each is a whole file, and short, for there are many to read. */
export const CONFIGS = [
  `version: 1
scope:
  metadata: [ApexClass, 'CustomField:Product2.Origin__c']
  flows: [Quote_Set_Discount_Tier]
  records:
    - cpq
    - "Account:Type = 'Customer'"
`,
  `version: 1
conflicts:
  default: restore
  resolve:
    - record:Product2:*=keep
`,
  `version: 1
datasets:
  coffee:
    objects:
      - object: Blend__c
        where: Active__c = true
    softReferences:
      Blend__c: [Recipe__c]
    deactivate:
      Blend__c: { field: Active__c, value: false }
`,
];
/** What means something in YAML and nothing elsewhere. */
export const YAML_PIECES = [
  '  ',
  '- ',
  ': ',
  '&a ',
  '*a',
  '<<: *a',
  '!!binary ',
  '| \n',
  '? ',
  '# ',
  '---\n',
  '__proto__: 1\n',
];
