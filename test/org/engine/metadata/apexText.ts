/** What Apex source mentions, found by reading its text: the practice org has no compiler. */
export interface ApexMentions {
  /** Names with a custom ending, lower-cased: objects and fields. */
  readonly customNames: ReadonlyMap<string, string>;
  /** `Object__c.Field__c` pairs. */
  readonly pairs: ReadonlyArray<{ readonly object: string; readonly field: string }>;
  /** Types that are built, extended, implemented or called statically. */
  readonly types: ReadonlySet<string>;
  readonly labels: ReadonlySet<string>;
}

export function readApex(source: string): ApexMentions {
  // Queries are code in Apex; comments and plain text are not.
  const code = source
    .replace(/\/\*[\s\S]*?\*\//g, ' ')
    .replace(/\/\/[^\n]*/g, ' ')
    .replace(/'(?:\\.|[^'\\\n])*'/g, "''");
  const customNames = new Map<string, string>();
  for (const [name] of code.matchAll(/\b\w+__c\b/gi)) customNames.set(name.toLowerCase(), name);
  const pairs = [...code.matchAll(/\b(\w+)\.(\w+__c)\b/gi)].map((match) => ({
    object: match[1] ?? '',
    field: match[2] ?? '',
  }));
  const own = new Set(
    [...code.matchAll(/\b(?:class|interface|enum)\s+(\w+)/gi)].map((match) => (match[1] ?? '').toLowerCase())
  );
  const variables = new Set(
    [...code.matchAll(/\b\w[\w.<>, ]*[\w>\]]\s+(\w+)\s*(?:=|;|,|\)|:|\{)/g)].map((match) =>
      (match[1] ?? '').toLowerCase()
    )
  );
  const types = new Set<string>();
  const found = [
    ...code.matchAll(/\bnew\s+([A-Z]\w*)\s*\(/g),
    ...code.matchAll(/\b(?:extends|implements)\s+([A-Z]\w*)/g),
    ...code.matchAll(/(?<![\w.])([A-Z]\w*)\.\w+\s*\(/g),
  ];
  for (const match of found) {
    const name = match[1] ?? '';
    if (
      !own.has(name.toLowerCase()) &&
      !variables.has(name.toLowerCase()) &&
      !builtIn.has(name.toLowerCase()) &&
      !name.endsWith('__c')
    )
      types.add(name);
  }
  const labels = new Set([...code.matchAll(/\bLabel\.(?:c\.)?(\w+)/g)].map((match) => match[1] ?? ''));
  return { customNames, pairs, types, labels };
}

const builtIn = new Set(
  `System Database Test Math String JSON Trigger Date Datetime Time Schema UserInfo Limits Assert Integer Decimal Double Long Boolean Id Blob Crypto EncodingUtil
  Http HttpRequest HttpResponse List Set Map Exception DmlException QueryException Savepoint Type Url Pattern Matcher Messaging ApexPages PageReference Label
  RestContext RestRequest RestResponse Cache Comparable Schedulable Queueable Batchable Iterable Iterator Callable Approval EventBus FeatureManagement Security
  JSONGenerator JSONParser Object SObject SObjectType AuraHandledException ConnectApi Process Flow Version UUID Formula Search Event Account Contact Opportunity
  Product2 Pricebook2 PricebookEntry Task User Case Lead Group GroupMember Order OrderItem OpportunityLineItem Quote Profile PermissionSet RecordType HttpCalloutMock
  StaticResourceCalloutMock IllegalArgumentException NullPointerException MathException ListException TypeException CalloutException Finalizer QueueableContext`
    .toLowerCase()
    .split(/\s+/)
);
