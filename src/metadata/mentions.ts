/** Whether a text names a component: its own name as a whole word. */
export function mentions(text: string, fullName: string): boolean {
  const own = fullName.split('.').at(-1) ?? fullName;
  return new RegExp(`(^|[^A-Za-z0-9_])${own.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}([^A-Za-z0-9_]|$)`).test(text);
}

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
