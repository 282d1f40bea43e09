// The address of one entity -> the whole of it: each property with its type, and its value as a text with all its lines.
//
// It is read anew at that address, and not taken from the table beside it: a selection may have left out columns there.

import { copyButton, h, unique } from './dom.js'
import { Failure } from './delta.js'
import { addressOfEntity, get, told } from './service.js'
import { clock, decoded, whole } from './value.js'

/** A page of its own for the entity at `url`. `open` is called with the name of a view and of a set. */
export function rowView(set, url, open) {
  const panel = new Panel(set, url)
  const ways = h('div', { class: 'row' },
    h('button', { type: 'button', onclick: () => open('sync', set.name) }, set.tracked ? 'Follow the set' : 'Read the set'),
    h('button', { type: 'button', onclick: () => open('query', set.name) }, 'Query the set'))
  return { element: h('section', { class: 'detail', 'aria-labelledby': panel.title }, panel.head, panel.body, ways), leave: () => panel.leave() }
}

/** A dialog with `entity`; `back` is called when it is closed. */
function openRow(set, entity, back) {
  const panel = new Panel(set, addressOfEntity(set, entity))
  const dialog = h('dialog', { class: 'dialog wide', 'aria-labelledby': panel.title }, panel.head, panel.body,
    h('div', { class: 'row end' }, h('button', { type: 'button', class: 'primary', onclick: () => dialog.close() }, 'Close')))
  dialog.addEventListener('close', () => {
    panel.leave()
    dialog.remove()
    back()
  })
  document.body.append(dialog)
  dialog.showModal()
  return dialog
}

/** What a table does with the rows of `set`; `grid` gives the table, which gets the keyboard back. Whoever leaves the table says so. */
export function rowsOf(set, grid) {
  let dialog = null
  return {
    addressOf: (entity) => addressOfEntity(set, entity),
    open: (entity) => { dialog = openRow(set, entity, () => grid().focus()) },
    leave: () => dialog?.close(),
  }
}

class Panel {
  #asked = new AbortController()
  #entity = null

  constructor(set, url) {
    Object.assign(this, { set, url, title: unique('row') })
    this.status = h('p', { class: 'meta', role: 'status' }, 'Asking…')
    this.head = h('div', { class: 'detail-head' },
      h('h2', { id: this.title }, h('bdi', { class: 'mono' }, readable(url))),
      h('div', { class: 'row' }, copyButton('Copy address', () => url), copyButton('Copy JSON', () => JSON.stringify(this.#entity, null, 2))))
    this.list = h('dl', { class: 'whole' })
    this.body = h('div', { class: 'whole-box', tabindex: 0, role: 'region', 'aria-label': 'Columns' }, this.status, this.list)
    this.#read()
  }

  leave() {
    this.#asked.abort()
  }

  async #read() {
    try {
      const { body } = await get(this.url, { signal: this.#asked.signal })
      this.#entity = body
      this.list.replaceChildren(...properties(this.set, body))
      this.status.textContent = `As it was at ${clock(Date.now())}.`
    } catch (error) {
      if (error.name === 'AbortError') return
      const gone = error instanceof Failure && error.status === 404
      this.status.className = 'problem'
      this.status.textContent = gone ? 'There is no such row, or not any more.' : told(error)
    }
  }
}

/** What came: the declared properties, and what was expanded. */
function properties(set, entity) {
  const expanded = set.navigation.filter(({ name }) => Object.hasOwn(entity, name)).map(({ name, target }) => ({ name, type: target, facets: '' }))
  const all = [...set.properties, ...expanded].map((property) => ({ property, value: whole(entity, property.name) }))
  return all.filter(({ value }) => value.kind !== 'absent').map(({ property: { name, type, facets, isKey }, value: { text, kind } }) => h('div', {},
    h('dt', {}, isKey && h('span', { class: 'key', title: 'key' }, '⚷ '), h('bdi', { class: 'mono' }, decoded(name)), ` ${type.replace('Edm.', '')}${facets}`, kind === 'misfit' && ', which it does not fit'),
    h('dd', { class: kind, dir: type === 'Edm.String' ? 'auto' : null }, text)))
}

/** The last part of an address, as people read it. */
function readable(url) {
  const { pathname, search } = new URL(url)
  return decodeURIComponent(pathname.replace(/\/$/, '').split('/').pop()) + search
}
