// What a person does with a set (look, live or by hand, start over) -> one run of followDelta after another, and where it stands.
//
// Only the newest run counts: an older one that still has something to say is not heard.

import { Copy } from './copy.js'
import { demand } from './credentials.js'
import { Failure, followDelta, isDeltaLink } from './delta.js'
import { addressOf, headers, told } from './service.js'

const PAGE = 1000
/** Rows after which a first load asks whether to go on: what is shown is kept in this tab. */
export const ENOUGH = 200_000

export class Follower {
  /** idle, loading, paused, current, waiting, resting, retrying, expired, untracked or failed. */
  phase = 'idle'
  live = true
  pages = 0
  octets = 0
  total = null
  steps = []
  message = ''
  link = null
  #state = null
  #run = null
  #goOn = null
  #enough = ENOUGH
  #step = null
  #challenge = null

  /** `url` is a link, or absent for the whole set. `on` has `change`, `rows` (with news) and `exchange`. */
  constructor(set, url, on) {
    this.set = set
    this.on = on
    this.url = url ?? addressOf(set.name, '$count=true')
    this.copy = new Copy(set.key, set.properties.map(({ name }) => name))
  }

  start() {
    this.#follow(this.live)
  }

  stop() {
    this.#run?.abort()
    this.#run = null
    this.#goOn?.()
  }

  /** Follows from now on, or waits to be asked. */
  setLive(live) {
    this.live = live
    if (!['current', 'waiting', 'resting', 'retrying', 'failed', 'idle'].includes(this.phase)) return
    if (live) this.#follow(true)
    else { this.stop(); this.#be('current') }
  }

  /** Asks nothing while nobody looks: browsers open few connections to a server, and a held request keeps one. */
  rest(hidden) {
    if (hidden && this.phase === 'waiting') { this.stop(); this.#be('resting') }
    else if (!hidden && this.phase === 'resting') this.#follow(this.live)
  }

  /** Asks once. */
  ask() {
    this.#follow(false)
  }

  goOn() {
    this.#enough = Number.POSITIVE_INFINITY
    this.#goOn?.()
  }

  startOver() {
    this.#state = null
    if (isDeltaLink(this.url)) this.url = addressOf(this.set.name, '$count=true')
    this.#follow(this.live)
  }

  async #follow(live) {
    this.stop()
    const run = new AbortController()
    this.#run = run
    const storage = { load: () => this.#state, save: (state) => { if (this.#run === run) this.#state = state } }
    const options = { live, storage, headers, signal: run.signal, wait: 20, maxPageSize: PAGE, startOver: false, retries: live ? Number.POSITIVE_INFINITY : 4 }
    try {
      for await (const event of followDelta(this.url, { ...options, onExchange: (exchange) => this.#hear(exchange, run) })) {
        if (this.#run !== run) return
        await this.#take(event, live)
        if (this.#run !== run) return
      }
    } catch (error) {
      if (this.#run === run) await this.#fail(error, live)
    }
  }

  #hear(exchange, run) {
    if (this.#run !== run) return
    this.#challenge = exchange.answered.get('WWW-Authenticate')
    this.octets += exchange.text.length
    if (this.#step) this.#step.octets += exchange.text.length
    this.on.exchange(exchange)
  }

  async #take(event, live) {
    if (event.type === 'start') this.#begin(event, live)
    else if (event.type === 'page') await this.#page(event)
    else if (event.type === 'current') this.#current(event, live)
    else if (event.type === 'retry') this.#be('retrying', told(event.cause))
    else if (event.type === 'expired') { this.expired = event; this.#state = null; this.#be('expired', event.message) }
  }

  #begin({ resumed, initial }, live) {
    if (!resumed) {
      Object.assign(this, { pages: 0, octets: 0, total: null, steps: [] })
      this.copy = new Copy(this.copy.key, this.copy.properties)
      this.on.rows([], true)
    }
    if (initial) this.#be('loading')
    else this.#be(live ? 'waiting' : 'current')
  }

  async #page(event) {
    const now = Date.now()
    this.pages += 1
    this.total = event.count ?? this.total
    this.#step ??= { initial: event.initial, added: 0, changed: 0, deleted: 0, rows: 0, octets: 0, began: now }
    const news = this.copy.apply(event, now)
    for (const { kind } of news) this.#step[kind] += 1
    this.#step.rows += event.changes.length
    this.on.rows(news, false)
    if (event.initial) this.#be('loading')
    if (event.initial && this.copy.size >= this.#enough) {
      this.#be('paused')
      await new Promise((resolve) => { this.#goOn = resolve })
    }
  }

  #current({ link, initial }, live) {
    const at = Date.now()
    const step = this.#step
    this.#step = null
    this.link = link
    this.asked = at
    if (step && (initial || step.added + step.changed + step.deleted > 0)) this.steps.push({ ...step, initial, link, at })
    if (this.steps.length > 500) this.steps.splice(1, 100)
    if (link === null) return this.#be('untracked')
    // Somebody may have thought better of it while the first load ran.
    if (live && !this.live) this.stop()
    if (!live && this.live) this.#follow(true)
    return this.#be(this.live ? 'waiting' : 'current')
  }

  async #fail(error, live) {
    if (error instanceof Failure && error.status === 401 && (await demand(this.#challenge))) return this.#follow(live)
    return this.#be('failed', told(error))
  }

  #be(phase, message = '') {
    Object.assign(this, { phase, message })
    this.on.change()
  }
}
