// A follower -> what is seen of it: where it stands, the rows, what has changed, a bar for each version, and the requests.

import { Changes } from './changes.js'
import { chart } from './chart.js'
import { copyButton, eachFrame, field, h, tabs } from './dom.js'
import { Follower } from './follower.js'
import { Grid } from './grid.js'
import { Log } from './log.js'
import { rowsOf } from './row-view.js'
import { clock, count, decoded, grouped, octets } from './value.js'

/** `open` is called with the name of a set that is to be followed instead; `afresh`, when the model may be another one now. */
export function syncView(model, set, url, open, afresh) {
  const view = new SyncView(model, set, url, open, afresh)
  return { element: view.element, leave: () => view.leave() }
}

class SyncView {
  #grid
  #changes
  #log = new Log()
  #shown = false
  #timer = null

  constructor(model, set, url, open, afresh) {
    this.set = set
    this.afresh = afresh
    this.rows = rowsOf(set, () => this.#grid)
    this.#grid = new Grid(`Rows of ${set.name}`, 'No rows yet.', this.rows)
    this.#changes = new Changes(set.key, (entity) => this.#grid.reveal(this.follower.copy.indexOf(entity)))
    this.follower = new Follower(set, url, {
      change: eachFrame(() => this.#draw()),
      rows: (news, afresh) => this.#take(news, afresh),
      exchange: (exchange) => this.#log.add(exchange),
    })
    this.element = this.#build(model, open)
    this.look = () => this.follower.rest(document.hidden)
    document.addEventListener('visibilitychange', this.look)
    this.#take([], true)
    this.follower.start()
  }

  leave() {
    clearTimeout(this.#timer)
    document.removeEventListener('visibilitychange', this.look)
    this.follower.stop()
    this.rows.leave()
  }

  #build(model, open) {
    const choice = h('select', { onchange: () => open(choice.value) }, model.sets.map(({ name }) => h('option', { value: name, selected: name === this.set.name }, decoded(name))))
    this.live = h('input', { type: 'checkbox', role: 'switch', id: 'live', checked: true, onchange: () => { this.follower.setLive(this.live.checked); this.#draw() } })
    this.ask = h('button', { type: 'button', onclick: () => this.follower.ask() }, 'Follow the link now')
    this.status = h('p', { class: 'status-line', role: 'status' })
    this.stats = h('dl', { class: 'stats' })
    this.progress = h('progress', { max: 1, 'aria-label': 'Rows read', hidden: true })
    this.notice = h('div', {})
    this.drawing = h('div', { class: 'chart-box' })
    this.link = h('div', { class: 'link-line' })
    const side = tabs('What happened', [['Changes', this.#changes.element], ['Requests', this.#log.element]])
    return h('div', { class: 'sync' },
      h('div', { class: 'toolbar' }, field('Entity set', choice),
        h('div', { class: 'switch' }, this.live, h('label', { for: 'live' }, 'Live')), this.ask,
        h('button', { type: 'button', onclick: () => this.#startOver() }, 'Start over'), this.status),
      this.progress, this.notice,
      h('section', { class: 'versions', 'aria-label': 'Versions' }, this.stats, this.drawing, this.link),
      h('div', { class: 'work' }, h('section', { class: 'rows', 'aria-label': 'Rows' }, this.#grid.element), h('aside', { class: 'side', 'aria-label': 'What happened' }, side.element)))
  }

  #startOver() {
    this.#changes.clear()
    this.follower.startOver()
  }

  #take(news, afresh) {
    const { list } = this.follower?.copy ?? { list: [] }
    // The widths are those of the first rows that are there.
    if (afresh || (!this.#shown && list.length > 0)) {
      this.#shown = list.length > 0
      this.#grid.show(this.set.properties, list)
    } else {
      this.#grid.update(list)
    }
    if (news.length > 0) {
      this.#changes.add(news)
      this.#settle()
    }
  }

  /** Comes back when the next mark has faded. */
  #settle() {
    clearTimeout(this.#timer)
    const next = this.follower.copy.settle(Date.now())
    this.#grid.update(this.follower.copy.list)
    if (next !== undefined) this.#timer = setTimeout(() => this.#settle(), Math.max(50, next - Date.now()))
  }

  #draw() {
    const { follower } = this
    this.live.checked = follower.live
    this.ask.disabled = follower.live || ['loading', 'untracked', 'expired'].includes(follower.phase)
    const busy = ['loading', 'paused'].includes(follower.phase)
    this.progress.hidden = !busy
    if (follower.total > 0) this.progress.value = Math.min(1, follower.copy.size / follower.total)
    this.status.className = `status-line ${follower.phase}`
    const words = WORDS[follower.phase](follower)
    // Who listens to the page is told where it stands, and not of every request.
    if (this.status.textContent !== words) this.status.textContent = words
    this.notice.replaceChildren(...this.#notices())
    this.stats.replaceChildren(...figures(follower))
    this.drawing.replaceChildren(h('p', { class: 'meta', 'aria-hidden': 'true' }, caption(follower.steps)), chart(follower.steps))
    const { link } = follower
    this.link.replaceChildren(...(link ? [h('span', { class: 'meta' }, 'Delta link'), h('code', { title: link }, tail(link)), copyButton('Copy', () => link)] : []))
  }

  #notices() {
    const { follower } = this
    if (follower.phase === 'expired') return [this.#expiry(follower.expired)]
    if (follower.phase === 'failed') return [notice('problem', h('p', {}, follower.message), button('Try again', () => follower.start()))]
    if (follower.phase === 'paused') {
      return [notice('', h('p', {}, `${count(follower.copy.size, 'row')} are in this tab. Reading on takes memory and time.`), button('Read on', () => follower.goOn()))]
    }
    if (follower.phase === 'untracked') return [notice('', h('p', {}, 'Changes of this set are not tracked, so there is no delta link. On the server: ', h('code', {}, 'deltalink track')))]
    return []
  }

  #expiry({ message, reasons }) {
    return notice('gone',
      h('h2', {}, '410 Gone: the link has ended'),
      h('p', {}, message),
      h('ul', {}, reasons.map(({ code, message: why }) => h('li', {}, h('code', {}, code), ` ${why}`))),
      h('p', {}, 'Following it would lose changes, so the copy is read once more. The rows below are what was known.'),
      button('Start over', () => this.afresh(this.follower.expired.url)))
  }
}

const WORDS = {
  idle: () => 'Not started.',
  loading: ({ copy, total }) => `Reading: ${grouped(copy.size)}${total === null ? '' : ` of ${grouped(total)}`} rows`,
  paused: () => 'Paused.',
  current: ({ asked }) => (asked ? `Current at ${clock(asked)}.` : 'Not asked yet.'),
  waiting: () => 'Current. Waiting for changes.',
  resting: () => 'Resting while nobody looks.',
  retrying: ({ message }) => `${message} Trying again.`,
  expired: () => 'The link has ended.',
  untracked: ({ copy }) => `${count(copy.size, 'row')}, not tracked.`,
  failed: () => 'Stopped.',
}

function figures({ copy, pages, steps, octets: size }) {
  const sum = (kind) => steps.filter(({ initial }) => !initial).reduce((total, step) => total + step[kind], 0)
  const figure = (name, value, kind) => h('div', { class: kind }, h('dt', {}, name), h('dd', {}, value))
  return [
    figure('rows', grouped(copy.size)),
    figure('pages', grouped(pages)),
    figure('versions', grouped(steps.length)),
    ...['added', 'changed', 'deleted'].map((kind) => figure(kind, grouped(sum(kind)), kind)),
    figure('received', octets(size)),
  ]
}

function caption(steps) {
  const deltas = steps.filter(({ initial }) => !initial)
  return deltas.length === 0 ? 'Changes of each version' : `Changes of each version, ${clock(deltas[0].at)} to ${clock(deltas.at(-1).at)}`
}

function notice(kind, ...children) {
  return h('div', { class: `notice ${kind}`, role: kind ? 'alert' : null }, children)
}

function button(label, onclick) {
  return h('button', { type: 'button', class: 'primary', onclick }, label)
}

function tail(link) {
  const { pathname, search } = new URL(link)
  const short = search.length > 44 ? `${search.slice(0, 14)}…${search.slice(-12)}` : search
  return `${decodeURI(pathname).split('/').pop()}${short}`
}
