// The address -> a view. The page's addresses are those of the service: a set is followed at its own, an entity is shown at its own, a query
// stands at the one it asks.

import { forget, isKnown, onChange } from './credentials.js'
import { h } from './dom.js'
import { queryView } from './query-view.js'
import { rowView } from './row-view.js'
import { ROOT, addressOf, model as readModel, told } from './service.js'
import { setsView } from './sets-view.js'
import { syncView } from './sync-view.js'

const VIEWS = [['sets', 'Sets'], ['sync', 'Sync'], ['query', 'Query']]
const main = document.getElementById('main')
const buttons = new Map(VIEWS.map(([name, title]) => [name, h('button', { type: 'button', onclick: () => open(name, chosen) }, title)]))
const key = h('button', { type: 'button', class: 'small', onclick: forget }, 'Forget the key')

let model = null
let chosen = null
let leave = () => {}

function furnish() {
  document.getElementById('views').replaceChildren(...buttons.values())
  document.getElementById('bar-end').replaceChildren(h('code', { class: 'root' }, ROOT), key)
  onChange(showKey)
  showKey()
  addEventListener('popstate', show)
}

async function begin() {
  leave()
  leave = () => {}
  main.replaceChildren(h('p', { class: 'empty' }, 'Reading the metadata…'))
  try {
    model = await readModel()
  } catch (error) {
    const again = h('button', { type: 'button', class: 'primary', onclick: () => begin() }, 'Try again')
    main.replaceChildren(h('div', { class: 'notice problem', role: 'alert' }, h('p', {}, told(error)), again))
    return
  }
  show()
}

function showKey() {
  key.hidden = !isKnown()
}

/** Opens a view of a set, or of the one that was looked at last. */
function open(view, name) {
  const set = name ?? model?.sets.find(({ tracked }) => tracked)?.name ?? model?.sets[0]?.name
  if (set === undefined) return
  const address = view === 'sets' ? ROOT : `${addressOf(set)}${view === 'query' ? '#query' : ''}`
  history.pushState(null, '', address)
  show()
}

/** Shows what the address says. */
function show() {
  if (model === null) return
  leave()
  leave = () => {}
  const { view, set, options } = wanted(new URL(location.href))
  for (const [name, button] of buttons) {
    if (name === view) button.setAttribute('aria-current', 'page')
    else button.removeAttribute('aria-current')
  }
  if (set) chosen = set.name
  document.title = set && view !== 'sets' ? `${set.name} · Deltalink` : 'Deltalink'
  main.replaceChildren(...shown(view, set, options))
}

function shown(view, set, options) {
  if (view === 'sets') {
    const { element, choose } = setsView(model, open)
    const before = model.sets.find(({ name }) => name === chosen)
    if (before) choose(before)
    return [element]
  }
  if (!set) return [h('div', { class: 'notice problem', role: 'alert' }, h('p', {}, 'There is no entity set at this address.'), h('button', { type: 'button', onclick: () => open('sets') }, 'See what there is'))]
  const made = view === 'row' ? rowView(set, withoutHash(), open) : view === 'sync'
    ? syncView(model, set, options.size > 0 ? withoutHash() : undefined, (name) => open('sync', name), afresh)
    : queryView(model, set, options, (name) => open('query', name), (url) => history.replaceState(null, '', `${url}#query`))
  leave = made.leave
  return [made.element]
}

/** Reads the model again, since a link may have ended because it is another one, and then what is at `url`. */
async function afresh(url) {
  history.pushState(null, '', url)
  await begin()
}

function withoutHash() {
  return location.href.split('#')[0]
}

/** What an address asks to see: an entity is shown, links and whole sets are followed, everything with other options is a query. */
function wanted(address) {
  const below = `${address.origin}${address.pathname}`.slice(ROOT.length)
  const name = decodeURIComponent(below.replace(/\/$/, ''))
  if (!address.href.startsWith(ROOT) || name === '') return { view: 'sets' }
  const [, setOfEntity] = /^([^(]+)\(.*\)$/s.exec(name) ?? []
  if (setOfEntity) return { view: 'row', set: model.sets.find((set) => set.name === setOfEntity) }
  const options = new Map(address.search.slice(1).split('&').filter(Boolean).map((option) => {
    const at = option.indexOf('=')
    const written = decodeURIComponent(at < 0 ? option : option.slice(0, at)).toLowerCase()
    return [written.startsWith('$') ? written : `$${written}`, at < 0 ? '' : decodeURIComponent(option.slice(at + 1))]
  }))
  const followed = options.size === 0 || options.has('$deltatoken') || options.has('$skiptoken') || [...options.keys()].every((option) => option === '$select')
  const view = address.hash === '#query' || !followed ? 'query' : 'sync'
  return { view, set: model.sets.find((set) => set.name === name), options }
}

furnish()
begin()
