import type { ComponentKey } from './component.js';
import { containerKey, containerOf } from './members.js';

/** Nothing names one of these: what they do, they do by themselves. */
const NAMED_BY_NOBODY = new Set([
  'AssignmentRule',
  'AutoResponseRule',
  'DuplicateRule',
  'EscalationRule',
  'FlowTest',
  'SharingCriteriaRule',
  'SharingGuestRule',
  'SharingOwnerRule',
  'ValidationRule',
  'WorkflowRule',
]);

/**
 * Whether a text names a component, as API names are written: as a whole word, in upper or lower case. A field is named where
 * the text speaks of its object, or by a path that may lead there; a label after `Label` (MDAPI, CustomLabels). `user` is the
 * component in which the text stands, where that is known. Where a text leaves it open, it counts as named.
 */
export function mentions(text: string, component: ComponentKey, user?: ComponentKey): boolean {
  if (NAMED_BY_NOBODY.has(component.type)) return false;
  const own = component.fullName.split('.').at(-1) ?? component.fullName;
  if (component.type === 'CustomLabel') return new RegExp(`label[./](\\w+\\.)?${escaped(own)}(?!\\w)`, 'i').test(text);
  if (component.type !== 'CustomField') return whole(own).test(text);
  const [object = ''] = component.fullName.split('.');
  return namesField(text, object, own, user);
}

function namesField(text: string, object: string, field: string, user: ComponentKey | undefined): boolean {
  const places = [...text.matchAll(new RegExp(`((?:[\\w$]+\\.)*)(?<!\\w)${escaped(field)}(?!\\w)`, 'gi'))];
  if (places.length === 0) return false;
  // What a flow, or a part of an object, speaks of is known: a bare name, or that of a variable, is a field of one of those.
  const home = user && containerOf(user.type) === 'CustomObject' ? containerKey(user)?.fullName : undefined;
  const declared = [...text.matchAll(/<(?:object|objectType)>\s*([^<\s]+)\s*</g)].map(([, name = '']) => name);
  const known = home !== undefined ? [home] : declared;
  if (known.length === 0 || known.some((name) => same(name, object)) || whole(object).test(text)) {
    // `Other__c.Field__c` is the field of that one, whatever else is spoken of.
    return places.some(([, path = '']) => {
      const last = path.split('.').at(-2) ?? '';
      return !/__(c|mdt|e|b|x)$/i.test(last) || same(last, object);
    });
  }
  // Elsewhere only a path through a lookup can lead to it.
  return places.some(([, path = '']) => {
    const steps = path.split('.').filter(Boolean);
    return steps.some((step) => /__r$/i.test(step)) || steps.length > (home === undefined ? 1 : 0);
  });
}

const escaped = (name: string): string => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const whole = (name: string): RegExp => new RegExp(`(?<!\\w)${escaped(name)}(?!\\w)`, 'i');
const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** They name what they give access to, or how it is called, and lose the name with it: never a reason that it stays. */
const LOSE_THE_NAME = new Set([
  'CustomObjectTranslation',
  'MutingPermissionSet',
  'PermissionSet',
  'PermissionSetGroup',
  'Profile',
  'Translations',
]);

/** The org takes a deleted field out of these by itself (Salesforce Help, "Delete Fields"). */
const GIVE_WAY = new Set(['Layout', 'ListView', 'Report']);

/** Whether what stands in a component of this type can use another, so that it would break or hold it. */
export function canUse(type: string): boolean {
  return !LOSE_THE_NAME.has(type);
}

/** Whether the org would refuse to delete what a component of this type uses. */
export function holds(type: string): boolean {
  return canUse(type) && !GIVE_WAY.has(type);
}
