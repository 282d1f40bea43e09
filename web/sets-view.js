// The model and, for tracked sets, where their history stands now -> what there is to read and to follow.
//
// Where it stands, the service says on the link that starts now, if it is asked: the annotation Tracking.History. A service that
// does not know it says nothing, and then the page knows no more than the link.

import { copyButton, h } from './dom.js'
import { addressOf, get, told } from './service.js'
import { clock, count, day, decoded, grouped, milliseconds, period } from './value.js'

const HISTORY = 'odata.include-annotations="Tracking.*"'

/** `open` is called with the name of a view and of a set. */
export function setsView(model, open) {
  const detail = h('section', { class: 'detail', 'aria-live': 'polite', 'aria-label': 'Entity set' })
  const buttons = model.sets.map((set) => h('button', { type: 'button', class: 'set', onclick: () => choose(set) },
    h('bdi', { class: 'set-name' }, decoded(set.name)),
    h('span', { class: `badge ${set.tracked ? 'tracked' : 'quiet'}` }, set.tracked ? 'tracked' : 'not tracked'),
    h('span', { class: 'meta' }, `${set.properties.length} columns`)))
  const choose = (chosen) => {
    for (const [at, set] of model.sets.entries()) {
      if (set === chosen) buttons[at].setAttribute('aria-current', 'true')
      else buttons[at].removeAttribute('aria-current')
    }
    detail.replaceChildren(...described(chosen, open))
  }
  if (model.sets.length === 0) return { element: h('p', { class: 'notice' }, 'Nothing is exposed. On the server, deltalink check says why.'), choose: () => {} }
  choose(model.sets.find(({ tracked }) => tracked) ?? model.sets[0])
  const list = h('nav', { class: 'sets', 'aria-label': 'Entity sets' }, h('h2', {}, 'Entity sets'), h('ul', {}, buttons.map((button) => h('li', {}, button))))
  return { element: h('div', { class: 'two' }, list, detail), choose }
}

function described(set, open) {
  const name = decoded(set.name)
  return [
    h('div', { class: 'detail-head' },
      h('h2', {}, h('bdi', {}, name)),
      h('span', { class: `badge ${set.tracked ? 'tracked' : 'quiet'}` }, set.tracked ? 'tracked' : 'not tracked'),
      name !== set.name && h('span', { class: 'meta' }, 'in addresses ', h('code', {}, set.name)),
      h('div', { class: 'row' },
        h('button', { type: 'button', class: 'primary', onclick: () => open('sync', set.name) }, set.tracked ? 'Follow its changes' : 'Read it'),
        h('button', { type: 'button', onclick: () => open('query', set.name) }, 'Query'),
        copyButton('Copy address', () => addressOf(set.name)))),
    facts(set),
    h('h3', {}, 'Columns'),
    h('div', { class: 'scroll-x', tabindex: 0, role: 'region', 'aria-label': 'Columns' }, columns(set)),
    set.navigation.length > 0 && h('h3', {}, 'Navigation'),
    set.navigation.length > 0 && h('ul', { class: 'plain-list' }, set.navigation.map(({ name: way, target, collection }) => h('li', {}, h('bdi', { class: 'mono' }, way), h('span', { class: 'meta' }, collection ? ` many ${target}` : ` one ${target}`)))),
  ].filter(Boolean)
}

function facts(set) {
  const rows = h('dd', {}, h('button', { type: 'button', class: 'small', onclick: () => fill(rows, () => counted(set)) }, 'Count'))
  const facts = h('dl', { class: 'facts' },
    fact('Key', h('dd', { class: 'mono' }, h('bdi', {}, set.key.map(decoded).join(', ')))),
    fact('Rows', rows))
  if (!set.tracked) facts.append(fact('Changes', h('dd', {}, 'are not recorded, so there is no link to follow')))
  else tell(facts, set)
  return facts
}

/** Adds where the history of `set` stands, as soon as that is known. */
async function tell(facts, set) {
  const places = ['Current version', 'Oldest version a link may have', 'Retention left'].map((name) => [name, h('dd', {}, '…')])
  facts.append(...places.map(([name, place]) => fact(name, place)))
  const [version, oldest, left] = places.map(([, place]) => place)
  try {
    const { body } = await get(addressOf(set.name, '$deltatoken=latest'), { prefer: HISTORY })
    const link = body['@deltaLink'] ?? body['@odata.deltaLink']
    const history = body['@Tracking.History'] ?? {}
    version.replaceChildren(...current(history, link))
    oldest.replaceChildren(...first(history))
    left.replaceChildren(...remaining(history))
  } catch (error) {
    version.replaceChildren(h('span', { class: 'problem' }, told(error)))
    for (const place of [oldest, left]) place.textContent = 'not known'
  }
}

/** Versions come as texts: they may be larger than JavaScript's numbers. Without one, the link that begins there stands for it. */
function current({ CurrentVersion }, link) {
  const shown = CurrentVersion === undefined ? h('code', { title: link }, `…${link.slice(-10)}`) : h('span', { class: 'mono' }, grouped(BigInt(CurrentVersion)))
  return [shown, ' ', h('span', { class: 'meta' }, `at ${clock(Date.now())}`), ' ', copyButton('Copy delta link', () => link)]
}

function first({ CurrentVersion, OldestVersion }) {
  if (OldestVersion === undefined) return ['not told']
  const back = BigInt(CurrentVersion) - BigInt(OldestVersion)
  const behind = back > 0n ? `${count(back, 'version')} back; older links get 410` : 'the current one'
  return [h('span', { class: 'mono' }, grouped(BigInt(OldestVersion))), ' ', h('span', { class: 'meta' }, behind)]
}

/** What a link that starts now has before it. */
function remaining({ Retention }) {
  if (!Retention) return [h('span', {}, 'not told; a link that is too old gets 410')]
  const until = day(Date.now() + milliseconds(Retention))
  return [h('span', {}, period(Retention)), ' ', h('span', { class: 'meta' }, `so a link of now holds until ${until} at least`)]
}

function fact(name, value) {
  return h('div', {}, h('dt', {}, name), value)
}

async function fill(place, ask) {
  try {
    place.replaceChildren(...(await ask()))
  } catch (error) {
    place.replaceChildren(h('span', { class: 'problem' }, told(error)))
  }
}

async function counted(set) {
  const { text } = await get(`${addressOf(set.name)}/$count`, { accept: 'text/plain' })
  return [h('span', { class: 'mono' }, grouped(Number(text.replace('\uFEFF', ''))))]
}

function columns(set) {
  const head = ['Name', 'Type', 'Nullable', 'Notes'].map((title) => h('th', { scope: 'col' }, title))
  return h('table', { class: 'columns' }, h('thead', {}, h('tr', {}, head)), h('tbody', {}, set.properties.map((property) => {
    const name = decoded(property.name)
    const notes = [property.isKey && 'key', property.computed && 'computed'].filter(Boolean)
    return h('tr', {},
      h('th', { scope: 'row' }, h('bdi', { class: 'mono' }, name), name !== property.name && h('span', { class: 'meta' }, ' ', h('code', {}, property.name))),
      h('td', { class: 'mono' }, `${property.type.replace('Edm.', '')}${property.facets}`),
      h('td', {}, property.nullable ? 'yes' : 'no'),
      h('td', {}, notes.map((note) => h('span', { class: 'badge quiet' }, note))))
  })))
}
