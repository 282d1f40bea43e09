// Pages of a set and of its deltas -> the rows as they are now, and what has just become of them.
//
// A row that comes again and looks the same has not changed: services may send it twice.

import { keyOf } from './delta.js'

/** How long a change is shown, in milliseconds. */
export const SHOWN = 6000

export class Copy {
  #rows = new Map()
  #marked = new Set()
  /** The rows, in the order in which they came. Each is `{ key, entity, kind, cells, at }`; kind is added, changed, deleted or null. */
  list = []

  constructor(key, properties) {
    this.key = key
    this.properties = properties
  }

  get size() {
    return this.#rows.size
  }

  /** Takes a page. Returns what it brought: `{ kind, key, cells, at }` for each row of which something is new. */
  apply({ changes, initial }, now) {
    return changes.map((change) => this.#take(change, initial, now)).filter((news) => news !== null)
  }

  #take(change, initial, now) {
    const key = keyOf(change, this.key)
    const known = this.#rows.get(key)
    if (change.removed) return this.#remove(key, known, change, now)
    if (known === undefined) return this.#add(key, change.entity, initial, now)
    const cells = this.properties.filter((name) => differs(known.entity, change.entity, name))
    const before = known.entity
    known.entity = change.entity
    if (cells.length === 0) return null
    this.#mark(known, 'changed', now, new Set(cells))
    return { kind: 'changed', entity: change.entity, before, cells, at: now }
  }

  #add(key, entity, initial, now) {
    const row = { key, entity, kind: null, cells: null, at: now }
    this.#rows.set(key, row)
    this.list.push(row)
    if (initial) return null
    this.#mark(row, 'added', now, null)
    return { kind: 'added', entity, at: now }
  }

  #remove(key, known, change, now) {
    if (known === undefined) return { kind: 'deleted', entity: change.entity ?? {}, id: change.id, at: now }
    this.#rows.delete(key)
    this.#mark(known, 'deleted', now, null)
    return { kind: 'deleted', entity: known.entity, at: now }
  }

  #mark(row, kind, now, cells) {
    Object.assign(row, { kind, cells, at: now })
    this.#marked.add(row)
  }

  /** Forgets what has been shown for long enough; the deleted go now. Returns when the next mark ends, if there is one. */
  settle(now) {
    let next
    let gone = false
    for (const row of this.#marked) {
      const ends = row.at + SHOWN
      if (ends > now) {
        next = Math.min(next ?? ends, ends)
        continue
      }
      this.#marked.delete(row)
      gone ||= row.kind === 'deleted'
      if (row.kind === 'deleted') row.key = null
      Object.assign(row, { kind: null, cells: null })
    }
    if (gone) this.list = this.list.filter((row) => row.key !== null)
    return next
  }

  /** Where the row of this entity is in the list; -1 where it is not any more. */
  indexOf(entity) {
    const row = this.#rows.get(keyOf(entity, this.key))
    return row === undefined ? -1 : this.list.indexOf(row)
  }
}

function differs(one, other, name) {
  const exception = `${name}@Core.ValueException`
  return !same(one[name], other[name]) || !same(one[exception], other[exception])
}

function same(one, other) {
  return one === other || (one !== null && other !== null && typeof one === 'object' && typeof other === 'object' && JSON.stringify(one) === JSON.stringify(other))
}
