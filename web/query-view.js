// What a person puts together from the metadata -> a URL, and its answer as a table and as JSON.

import { copyButton, field, h, tabs } from './dom.js'
import { curlLine } from './exchange.js'
import { Grid } from './grid.js'
import { rowsOf } from './row-view.js'
import { addressOf, get, headers, told } from './service.js'
import { count, decoded, duration, grouped, literal, octets } from './value.js'

const COMPARISONS = ['eq', 'ne', 'gt', 'ge', 'lt', 'le']
const TEXTS = ['contains', 'startswith', 'endswith']
const LONGEST_JSON = 200_000

/** `options` are those of the address that was opened: name to value. `seen` is told of the address that is asked. */
export function queryView(model, set, options, open, seen) {
  const view = new QueryView(model, set, options, open, seen)
  return { element: view.element, leave: () => view.leave() }
}

class QueryView {
  #grid
  #json = h('pre', { class: 'json', tabindex: 0, role: 'region', 'aria-label': 'JSON' })
  #asked = null

  constructor(model, set, options, open, seen) {
    Object.assign(this, { model, set, seen })
    this.rows = rowsOf(set, () => this.#grid)
    this.#grid = new Grid('Rows of the answer', 'No rows.', this.rows)
    const text = (name, attributes = {}) => h('input', { type: 'text', spellcheck: 'false', autocomplete: 'off', value: options.get(name) ?? '', oninput: () => this.#compose(), ...attributes })
    this.inputs = {
      $filter: text('$filter', { class: 'mono', placeholder: 'no condition' }),
      $search: set.searchable ? text('$search', { placeholder: 'words' }) : null,
      $orderby: text('$orderby', { class: 'mono', placeholder: 'by key' }),
      $top: text('$top', { inputmode: 'numeric', class: 'narrow', value: options.get('$top') ?? (options.size === 0 ? '50' : '') }),
      $skip: text('$skip', { inputmode: 'numeric', class: 'narrow' }),
    }
    this.counted = h('input', { type: 'checkbox', id: 'counted', checked: (options.get('$count') ?? 'true') === 'true', onchange: () => this.#compose() })
    this.selected = choices('$select', set.properties.map(({ name }) => name), options.get('$select'), () => this.#compose())
    this.expanded = choices('$expand', set.expandable ? set.navigation.map(({ name }) => name) : [], options.get('$expand'), () => this.#compose())
    this.element = this.#build(open)
    this.#compose()
    this.#run(this.url)
  }

  leave() {
    this.#asked?.abort()
    this.rows.leave()
  }

  #build(open) {
    const choice = h('select', { onchange: () => open(choice.value) }, this.model.sets.map(({ name }) => h('option', { value: name, selected: name === this.set.name }, decoded(name))))
    this.address = h('code', { class: 'address' })
    this.status = h('p', { class: 'status-line', role: 'status' })
    this.more = h('button', { type: 'button', hidden: true, onclick: () => this.#run(this.nextLink) }, 'Next page')
    const { $filter, $search, $orderby, $top, $skip } = this.inputs
    const results = tabs('Results', [['Table', this.#grid.element], ['JSON', this.#json]])
    return h('div', { class: 'query' },
      h('form', { class: 'compose', 'aria-label': 'Query', onsubmit: (event) => { event.preventDefault(); this.#run(this.url) } },
        field('Entity set', choice),
        field('$filter', $filter), this.#conditions(),
        field('$orderby', $orderby), this.#orders(),
        this.selected.element, this.expanded.element,
        $search && field('$search', $search),
        h('div', { class: 'row bottom' }, field('$top', $top), field('$skip', $skip), h('div', { class: 'check' }, this.counted, h('label', { for: 'counted' }, '$count'))),
        h('button', { type: 'submit', class: 'primary' }, 'Run')),
      h('section', { class: 'results', 'aria-label': 'Results' },
        h('div', { class: 'address-line' }, this.address, copyButton('Copy URL', () => this.url), copyButton('Copy curl', () => curlLine({ url: this.url, headers: headers() }))),
        h('div', { class: 'row' }, this.status, this.more), results.element))
  }

  /** Help for `$filter`: a property, a comparison and a value, written as the grammar wants them. */
  #conditions() {
    const property = propertyChoice(this.set, 'Property')
    const comparison = h('select', { 'aria-label': 'Comparison' }, [...COMPARISONS, ...TEXTS].map((name) => h('option', {}, name)))
    const value = h('input', { type: 'text', 'aria-label': 'Value', placeholder: 'value', autocomplete: 'off' })
    const add = () => {
      const { name, type } = this.set.properties.find((one) => one.name === property.value)
      const written = literal(value.value, type)
      const condition = TEXTS.includes(comparison.value) ? `${comparison.value}(${name},${literal(value.value, 'Edm.String')})` : `${name} ${comparison.value} ${written}`
      const { $filter } = this.inputs
      $filter.value = $filter.value.trim() === '' ? condition : `${$filter.value} and ${condition}`
      this.#compose()
    }
    return h('div', { class: 'helper', role: 'group', 'aria-label': 'Add a condition' }, property, comparison, value, h('button', { type: 'button', class: 'small', onclick: add }, 'Add'))
  }

  #orders() {
    const property = propertyChoice(this.set, 'Order by')
    const add = (direction) => {
      const { $orderby } = this.inputs
      const item = `${property.value}${direction}`
      $orderby.value = $orderby.value.trim() === '' ? item : `${$orderby.value},${item}`
      this.#compose()
    }
    return h('div', { class: 'helper', role: 'group', 'aria-label': 'Add an order' }, property,
      h('button', { type: 'button', class: 'small', onclick: () => add('') }, 'Ascending'), h('button', { type: 'button', class: 'small', onclick: () => add(' desc') }, 'Descending'))
  }

  #compose() {
    const given = Object.entries(this.inputs).map(([name, input]) => [name, input?.value.trim() ?? ''])
    const all = [...given, ['$select', this.selected.value()], ['$expand', this.expanded.value()], ['$count', this.counted.checked ? 'true' : '']]
    const options = all.filter(([, value]) => value !== '').map(([name, value]) => `${name}=${encoded(value)}`)
    this.url = addressOf(this.set.name, options.join('&'))
    this.address.textContent = this.url
  }

  async #run(url) {
    this.#asked?.abort()
    this.#asked = new AbortController()
    this.status.textContent = 'Asking…'
    if (url === this.url) this.seen(url)
    try {
      this.#answer(await get(url, { signal: this.#asked.signal }))
    } catch (error) {
      if (error.name === 'AbortError') return
      this.status.className = 'status-line failed'
      this.status.textContent = told(error)
      this.more.hidden = true
    }
  }

  #answer({ body, text, began, ended }) {
    const rows = body?.value ?? []
    const total = body['@count'] ?? body['@odata.count']
    const found = total === undefined ? count(rows.length, 'row') : `${grouped(rows.length)} of ${count(Number(total), 'row')}`
    this.status.className = 'status-line current'
    this.status.textContent = `${found} · ${octets(text.length)} · ${duration(ended - began)}`
    this.nextLink = body['@nextLink'] ?? body['@odata.nextLink']
    this.more.hidden = this.nextLink === undefined
    this.#grid.show(columnsOf(this.set, rows), rows.map((entity) => ({ entity })))
    const pretty = JSON.stringify(body, null, 2)
    this.#json.textContent = pretty.length > LONGEST_JSON ? `${pretty.slice(0, LONGEST_JSON)}\n…` : pretty
  }
}

/** The declared properties that came, and what came beside them: expanded entities. */
function columnsOf(set, rows) {
  const names = new Set(rows.slice(0, 60).flatMap((row) => Object.keys(row)))
  const declared = set.properties.filter(({ name }) => rows.length === 0 || names.has(name) || names.has(`${name}@Core.ValueException`))
  const expanded = set.navigation.filter(({ name }) => names.has(name)).map(({ name, target }) => ({ name, type: target, isKey: false }))
  return [...declared, ...expanded]
}

function choices(option, names, given, onchange) {
  const before = new Set((given ?? '').split(',').map((name) => name.trim()))
  const simple = [...before].every((name) => name === '' || names.includes(name))
  const boxes = names.map((name, at) => h('input', { type: 'checkbox', id: `${option.slice(1)}-${at}`, checked: before.has(name), value: name, onchange }))
  const labels = boxes.map((box) => h('div', { class: 'check' }, box, h('label', { for: box.id }, h('bdi', { class: 'mono' }, decoded(box.value)))))
  const element = names.length > 0 && h('fieldset', { class: 'choices' }, h('legend', {}, option), labels)
  const chosen = () => boxes.filter((box) => box.checked).map((box) => box.value).join(',')
  // What the boxes cannot say stays as it was opened, until one of them is used.
  return { element, value: () => chosen() || (simple ? '' : given) }
}

function propertyChoice(set, label) {
  return h('select', { 'aria-label': label }, set.properties.map(({ name }) => h('option', { value: name }, decoded(name))))
}

/** What stands in a query has these encoded; the rest is easier to read as it is. */
function encoded(value) {
  return encodeURIComponent(value).replace(/%(2C|28|29|27|2F|3A|24|40|3B|3D)/gi, (octet) => decodeURIComponent(octet))
}
