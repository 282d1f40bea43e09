// Changes of rows -> a list, the newest first: which row, and of changed cells what they were and what they are.

import { h } from './dom.js'
import { clock, decoded, shown } from './value.js'

const MOST = 60
const CELLS = 6

export class Changes {
  #list = h('ol', { class: 'feed' })
  #empty = h('p', { class: 'empty' }, 'What changes from now on stands here.')

  /** `onOpen` is called with the entity of a change that somebody wants to see. */
  constructor(key, onOpen) {
    this.key = key
    this.onOpen = onOpen
    this.element = h('div', { class: 'feed-box', tabindex: 0, role: 'region', 'aria-label': 'Changes' }, this.#list, this.#empty)
  }

  add(news) {
    this.#list.prepend(...news.slice(-MOST).reverse().map((item) => this.#item(item)))
    while (this.#list.childElementCount > MOST) this.#list.lastElementChild.remove()
    this.#empty.hidden = this.#list.childElementCount > 0
  }

  clear() {
    this.#list.replaceChildren()
    this.#empty.hidden = false
  }

  #item({ kind, entity, before, cells = [], id, at }) {
    const name = this.key.map((property) => shown(entity, property).text).join(', ') || id || ''
    const label = h('bdi', { class: 'mono' }, name)
    return h('li', { class: kind },
      h('div', { class: 'feed-head' },
        h('span', { class: `badge ${kind}` }, kind),
        kind === 'deleted' ? label : h('button', { type: 'button', class: 'link', title: 'Show the row', onclick: () => this.onOpen(entity) }, label),
        h('time', {}, clock(at))),
      cells.slice(0, CELLS).map((property) => h('div', { class: 'cellnews' },
        h('bdi', { class: 'name' }, decoded(property)),
        h('bdi', { class: 'was' }, shown(before, property).text), h('span', { class: 'arrow', 'aria-label': 'became' }, '→'), h('bdi', { class: 'is' }, shown(entity, property).text))),
      cells.length > CELLS && h('div', { class: 'cellnews' }, `and ${cells.length - CELLS} cells more`))
  }
}
