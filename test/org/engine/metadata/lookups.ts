import type { DeployDraft } from './deployDraft.js';
import { parentName } from './typeFacts.js';

/** Whether `Object.Field` can be used in this draft: a custom field that is a component, or any other field of the object. */
export function fieldExists(draft: DeployDraft, fullName: string): boolean {
  if (draft.components.has('CustomField', fullName)) return true;
  const object = parentName('CustomField', fullName);
  const field = fullName.slice(object.length + 1).toLowerCase();
  if (field.endsWith('__c')) return false;
  const known = draft.org.schema.get(object);
  // A standard object this org keeps no records of may well have the standard field.
  if (known === undefined) return !object.endsWith('__c');
  return (
    known.fields.some(
      (candidate) => candidate.name.toLowerCase() === field || candidate.compoundFieldName?.toLowerCase() === field
    ) || !object.endsWith('__c')
  );
}

export function objectExists(draft: DeployDraft, name: string): boolean {
  return (
    draft.components.has('CustomObject', name) || (!/__\w+$/.test(name) && draft.org.schema.get(name) === undefined)
  );
}
