// CSDL JSON -> the entity sets that the page knows: their keys, properties, navigation and what may be asked of them.
//
// All of it may be missing: annotations are promises, and what is not promised is taken for offered, except change tracking.

const CAPABILITIES = ['Capabilities', 'Org.OData.Capabilities.V1']
const CORE = ['Core', 'Org.OData.Core.V1']

/**
 * @returns {{version: string, functions: string[], sets: EntitySet[]}}
 * @typedef {{name: string, type: string, tracked: boolean, key: string[], properties: Property[], navigation: Navigation[],
 *   searchable: boolean, expandable: boolean}} EntitySet
 * @typedef {{name: string, type: string, nullable: boolean, facets: string, computed: boolean, isKey: boolean}} Property
 * @typedef {{name: string, target: string, collection: boolean}} Navigation
 */
export function modelOf(csdl) {
  const containerName = csdl.$EntityContainer ?? ''
  const container = found(csdl, containerName) ?? {}
  const annotations = annotationsOf(csdl)
  const entries = Object.entries(container).filter(([, member]) => member?.$Collection === true && member.$Type)
  return {
    version: csdl.$Version ?? '4.0',
    functions: annotation(annotations[containerName], CAPABILITIES, 'FilterFunctions') ?? [],
    sets: entries.map(([name, member]) => entitySet(csdl, annotations, containerName, name, member)),
  }
}

function entitySet(csdl, annotations, containerName, name, member) {
  const type = found(csdl, member.$Type) ?? {}
  const own = { ...annotations[`${containerName}/${name}`], ...member }
  const capability = (term) => annotation(own, CAPABILITIES, term)
  const key = (type.$Key ?? []).map((part) => (typeof part === 'string' ? part : Object.keys(part)[0]))
  const members = Object.entries(type).filter(([property]) => !property.startsWith('$') && !property.includes('@'))
  const isNavigation = ([, { $Kind }]) => $Kind === 'NavigationProperty'
  return {
    name,
    type: member.$Type,
    key,
    tracked: capability('ChangeTracking')?.Supported === true,
    searchable: capability('SearchRestrictions')?.Searchable !== false,
    expandable: capability('ExpandRestrictions')?.Expandable !== false,
    properties: members.filter((entry) => !isNavigation(entry)).map(([property, described]) => ({
      name: property,
      type: described.$Type ?? 'Edm.String',
      nullable: described.$Nullable === true,
      facets: facets(described),
      computed: annotation({ ...described, ...annotations[`${member.$Type}/${property}`] }, CORE, 'Computed') === true,
      isKey: key.includes(property),
    })),
    navigation: members.filter(isNavigation).map(([property, described]) => ({
      name: property,
      target: member.$NavigationPropertyBinding?.[property] ?? described.$Type,
      collection: described.$Collection === true,
    })),
  }
}

function facets({ $MaxLength, $Precision, $Scale }) {
  if ($MaxLength !== undefined) return `(${$MaxLength})`
  if ($Precision === undefined) return ''
  return $Scale === undefined ? `(${$Precision})` : `(${$Precision}, ${$Scale})`
}

/** What a qualified name stands for. */
function found(csdl, qualified) {
  const dot = qualified.lastIndexOf('.')
  return csdl[qualified.slice(0, dot)]?.[qualified.slice(dot + 1)]
}

/** The annotations of all schemas, by target. */
function annotationsOf(csdl) {
  const schemas = Object.values(csdl).filter((schema) => schema?.$Annotations)
  return Object.assign({}, ...schemas.map((schema) => schema.$Annotations))
}

function annotation(annotated, vocabularies, term) {
  for (const vocabulary of vocabularies) {
    const value = annotated?.[`@${vocabulary}.${term}`]
    if (value !== undefined) return value
  }
  return undefined
}
