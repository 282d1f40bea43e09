// Columns and any number of rows -> a table of which only what is seen exists.
//
// The key of a row is a link to it. One of these links can be tabbed to, the arrows lead to the others; as rows are drawn anew all the
// time, the focus is given back to the row that had it.
// Every row is as high as every other, so that the place of each is known without asking. A mark (`kind`, `cells`, `at`) is drawn
// as far as it has faded already: a row that scrolls into view does not begin anew.

import { eachFrame, h } from './dom.js'
import { decoded, isNumber, shown } from './value.js'

const HEIGHT = 28
const BEYOND = 8
const SIGNS = { added: ['+', 'added'], changed: ['~', 'changed'], deleted: ['−', 'deleted'] }

export class Grid {
  #columns = []
  #rows = []
  #columnGroup = h('colgroup')
  #head = h('tr')
  #body = h('tbody')
  #empty = h('p', { class: 'empty' })
  /** The row that the keyboard is at, and its place. A row that goes leaves the keyboard to the one that is in its place then. */
  #active = null
  #place = 0

  /** `rows` has `addressOf`, of an entity, and `open`, which is called with one. */
  constructor(label, empty, rows) {
    this.#empty.textContent = empty
    this.opening = rows
    this.table = h('table', { class: 'grid', 'aria-label': label, onkeydown: (event) => this.#key(event) }, this.#columnGroup, h('thead', {}, this.#head), this.#body)
    this.refresh = eachFrame(() => this.#draw())
    this.element = h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label, onscroll: this.refresh }, this.table, this.#empty)
    new ResizeObserver(this.refresh).observe(this.element)
  }

  /** Shows `rows`, each `{ entity, kind?, cells?, at? }`. The widths of the columns are those of the first rows. */
  show(columns, rows) {
    this.#columns = columns
    this.#take(rows)
    const sample = rows.slice(0, 60)
    const widths = columns.map((column) => width(column, sample))
    this.#columnGroup.replaceChildren(col(28), ...widths.map(col), h('col'))
    this.table.style.minWidth = `${widths.reduce((sum, one) => sum + one, 28)}px`
    const heads = columns.map(({ name, type, isKey }) => h('th', { scope: 'col', class: isNumber(type) ? 'number' : null, title: `${name}: ${type}` }, isKey && h('span', { class: 'key', title: 'key' }, '⚷ '), decoded(name)))
    this.#head.replaceChildren(h('th', { scope: 'col', class: 'sign' }, h('span', { class: 'hidden' }, 'Change')), ...heads, h('td', { 'aria-hidden': 'true' }))
    this.refresh()
  }

  /** Takes other rows for the same columns. */
  update(rows) {
    this.#take(rows)
    this.refresh()
  }

  #take(rows) {
    const before = this.#place
    this.#rows = rows
    this.#lead(this.#active)
    if (this.#place === before) return
    const { scrollTop, clientHeight } = this.element
    // It stays where it is seen: out of sight, the keyboard would be given to another row.
    const wasSeen = before * HEIGHT >= scrollTop && before * HEIGHT < scrollTop + clientHeight
    if (wasSeen) this.element.scrollTop += (this.#place - before) * HEIGHT
  }

  /** Leads the keyboard to `row`, or if that is gone to the one in its place. */
  #lead(row) {
    const place = this.#rows.indexOf(row)
    this.#place = place < 0 ? Math.max(0, Math.min(this.#place, this.#rows.length - 1)) : place
    this.#active = this.#rows[this.#place]
  }

  reveal(index) {
    this.element.scrollTop = Math.max(0, index * HEIGHT - this.element.clientHeight / 2)
  }

  /** Leads the keyboard to the row where it was. */
  focus() {
    this.#body.querySelector('a[tabindex="0"]')?.focus({ preventScroll: true })
  }

  #key(event) {
    const page = Math.max(1, Math.floor(this.element.clientHeight / HEIGHT) - 2)
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[event.key]
    if (step === undefined || event.target.tagName !== 'A') return
    event.preventDefault()
    this.#lead(this.#rows[Math.min(this.#rows.length - 1, Math.max(0, this.#place + step))])
    const top = this.#place * HEIGHT
    const { scrollTop, clientHeight } = this.element
    // The head of the table stands over the first row that is seen.
    if (top < scrollTop) this.element.scrollTop = top
    else if (top + 2 * HEIGHT > scrollTop + clientHeight) this.element.scrollTop = top + 2 * HEIGHT - clientHeight
    this.#draw()
    this.focus()
  }

  #draw() {
    const { scrollTop, clientHeight } = this.element
    const first = Math.max(0, Math.floor(scrollTop / HEIGHT) - BEYOND)
    const last = Math.min(this.#rows.length, Math.ceil((scrollTop + clientHeight) / HEIGHT) + BEYOND)
    const now = Date.now()
    const stop = this.#place >= first && this.#place < last ? this.#active : this.#rows[Math.min(last - 1, Math.ceil(scrollTop / HEIGHT))]
    const seen = this.#rows.slice(first, last).map((row, at) => this.#drawn(row, first + at, now, stop))
    const had = this.#body.contains(document.activeElement)
    this.#body.replaceChildren(spacer(first), ...seen, spacer(Math.max(0, this.#rows.length - last)))
    if (had) this.focus()
    this.table.setAttribute('aria-rowcount', String(this.#rows.length + 1))
    this.#empty.hidden = this.#rows.length > 0
  }

  #drawn(row, index, now, stop) {
    const { entity, kind, cells, at } = row
    const [sign, word] = SIGNS[kind] ?? ['', '']
    const key = this.#columns.find(({ isKey }) => isKey)
    const led = (column, text) => (column === key ? this.#link(row, stop, text) : text)
    const element = h('tr', { 'aria-rowindex': index + 2, class: kind ?? null },
      h('td', { class: 'sign' }, sign && h('span', { 'aria-hidden': 'true' }, sign), word && h('span', { class: 'hidden' }, word)),
      this.#columns.map((column) => cell(entity, column, cells, led)),
      h('td', { 'aria-hidden': 'true' }))
    if (kind) element.style.setProperty('--since', `${at - now}ms`)
    return element
  }

  #link(row, stop, text) {
    const href = this.opening.addressOf(row.entity)
    if (href === null) return text
    const open = (event) => {
      // Another tab or window shows the row at its own address.
      if (event.ctrlKey || event.metaKey || event.shiftKey) return
      event.preventDefault()
      this.#lead(row)
      this.opening.open(row.entity)
    }
    return h('a', { href, tabindex: row === stop ? 0 : -1, onclick: open, onfocus: () => this.#lead(row) }, text)
  }
}

function cell(entity, column, cells, led) {
  const { name, type } = column
  const { text, kind } = shown(entity, name)
  const classes = [isNumber(type) && 'number', kind !== 'value' && kind, cells?.has(name) && 'news'].filter(Boolean).join(' ')
  const title = kind === 'misfit' ? `stored, but no ${type}: ${text}` : text.length > 24 ? text : null
  return h('td', { class: classes || null, title, dir: type === 'Edm.String' ? 'auto' : null }, led(column, text))
}

/** What stands for the rows that are not seen. */
function spacer(rows) {
  const element = h('tr', { 'aria-hidden': 'true', class: 'spacer' })
  element.style.height = `${rows * HEIGHT}px`
  return element
}

function col(pixels) {
  const element = h('col')
  element.style.width = `${pixels}px`
  return element
}

function width({ name, type, isKey }, rows) {
  const lengths = rows.map(({ entity }) => shown(entity, name).text.length).sort((one, other) => one - other)
  const usual = lengths[Math.floor(lengths.length * 0.9)] ?? 0
  const characters = Math.min(38, Math.max(usual, decoded(name).length + (isKey ? 2 : 0), type === 'Edm.Boolean' ? 5 : 4))
  return Math.round(characters * 7.6 + 26)
}
