// The address of an entity set, or a delta link -> all its pages, and then every change, for as long as somebody listens.
//
// Usable on its own, in browsers and in Node.js: copy this file. It knows OData 4.0 and 4.01, and nothing of one service.
//
//   import { applyPage, followDelta } from './delta.js'
//   const copy = new Map()
//   for await (const event of followDelta('https://example.com/odata/Orders', { live: true })) {
//     if (event.type === 'start' && !event.resumed) copy.clear()
//     if (event.type === 'page') applyPage(copy, event, ['Id'])
//   }
//
// The trap: the link is saved when the loop asks for the *next* event, because only then has it dealt with the page. Who stops in
// between gets that page again, so a page must do no harm when it is applied twice. Stored under the key, it does none.

/**
 * @typedef {object} Options
 * @property {boolean} [live] Go on for ever; otherwise end as soon as the copy is current.
 * @property {{load: () => any, save: (state: {link: string, initial: boolean}) => any}} [storage] Where to go on next time; may be
 *   asynchronous. `keptIn` makes one. A copy that does not outlive the page must not have a storage that does.
 * @property {Record<string, string> | (() => Record<string, string>)} [headers] Sent with each request: `Authorization`, `Accept`.
 *   With `IEEE754Compatible=true` in `Accept`, numbers that JavaScript would round come as texts.
 * @property {AbortSignal} [signal] Ends it; its reason is thrown.
 * @property {number} [wait] Seconds that the service may hold a poll until there is news (30). It may hold it for less.
 * @property {number} [interval] Milliseconds between polls that bring nothing, where the service does not hold them (5000).
 * @property {number} [maxPageSize] Rows on a page.
 * @property {boolean} [startOver] On 410, read everything once more (true), or end behind the event (false).
 * @property {number} [retries] How often in a row a request may fail before its error is thrown (8).
 * @property {number} [patience] Seconds after which a request without an answer has failed, beyond `wait` (60).
 * @property {(exchange: object) => void} [onExchange] Is shown each request and its answer as they were.
 * @property {typeof globalThis.fetch} [fetch]
 * @property {(milliseconds: number, signal?: AbortSignal) => Promise<void>} [sleep]
 */

/**
 * Reads `url` and follows its links. Yields, in this order, again and again:
 *
 * - `{ type: 'start', url, resumed, initial }`: unless `resumed`, what follows is everything: empty the copy.
 * - `{ type: 'page', initial, changes, count, link }`: each change, in its order, is `{ entity }`, to be put under its key, or
 *   `{ removed, entity?, id? }`, to be removed; `keyOf` finds the key of both. `count` is the service's, `link` leads on.
 * - `{ type: 'current', link, initial }`: the copy is as the service was a moment ago. Without a link, changes are not tracked.
 * - `{ type: 'retry', after, cause }`: a request has failed and will be sent again after so many milliseconds.
 * - `{ type: 'expired', reasons, message, url }`: the link has ended (410). What follows starts at `url`, and is not resumed.
 *
 * @param {string | URL} url @param {Options} [options]
 */
export async function* followDelta(url, options = {}) {
  const start = new URL(url, globalThis.location?.href).href
  const settings = { wait: 30, interval: 5000, retries: 8, patience: 60, sleep: pause, ...options, origin: new URL(start).origin }
  const saved = await options.storage?.load()
  const resumed = Boolean(saved?.link)
  let state = resumed ? saved : { link: start, initial: !isDeltaLink(start), first: true }
  yield { type: 'start', url: state.link, resumed: resumed || !state.initial, initial: state.initial }
  for (;;) {
    const answer = yield* ask(state, settings)
    const { initial } = state
    if (answer.expired) {
      if (state.first && initial) throw new Failure(answer.expired.message, { status: 410 })
      state = { link: answer.expired.url ?? withoutToken(start), initial: true, first: true }
      yield { type: 'expired', ...answer.expired, url: state.link }
      if (options.startOver === false) return
      await options.storage?.save({ link: state.link, initial: true })
      yield { type: 'start', url: state.link, resumed: false, initial: true }
      continue
    }
    if (answer.page) {
      yield { type: 'page', initial, ...answer.page }
      state = next(state, answer)
      if (state.link) await options.storage?.save({ link: state.link, initial: state.initial })
    } else {
      state = { ...state, idleFor: answer.idleFor }
    }
    if (answer.more) continue
    yield { type: 'current', link: state.link, initial }
    if (!options.live || !state.link) return
  }
}

/** Where to go on behind a page. Its tag is of the link's answer: behind news another link follows, and has none yet. */
function next(state, { page: { link }, more, etag, idleFor }) {
  return { link, initial: state.initial && more, etag: link === state.link ? etag : undefined, idleFor }
}

/** Asks for one page until there is an answer that can be used; yields what goes wrong on the way. */
async function* ask(state, settings) {
  const { origin } = new URL(state.link)
  if (origin !== settings.origin) throw new Failure(`The link leads to another origin, ${origin}: credentials are not sent there.`)
  if (settings.live && state.idleFor > 0) await settings.sleep(state.idleFor, settings.signal)
  for (let failures = 1; ; failures += 1) {
    settings.signal?.throwIfAborted()
    try {
      return await request(state, settings)
    } catch (cause) {
      settings.signal?.throwIfAborted()
      if (!canBeRetried(cause) || failures > settings.retries) throw cause
      const after = cause.retryAfter ?? Math.min(30_000, 500 * 2 ** (failures - 1)) * (0.5 + Math.random() / 2)
      yield { type: 'retry', after, cause }
      await settings.sleep(after, settings.signal)
    }
  }
}

async function request(state, settings) {
  const holding = settings.live && !state.initial && settings.wait > 0
  const headers = headersOf(state, settings, holding)
  const patience = AbortSignal.timeout((settings.patience + (holding ? settings.wait : 0)) * 1000)
  const signal = settings.signal ? AbortSignal.any([settings.signal, patience]) : patience
  // Requests that may fill a browser's cache wait for each other, where they are for one address: not those that are held.
  const init = { headers, signal, credentials: 'omit', cache: state.initial ? 'default' : 'no-store' }
  const began = Date.now()
  const { response, text } = await transferred(settings.fetch ?? globalThis.fetch, state.link, init)
  const ended = Date.now()
  settings.onExchange?.({ url: state.link, headers, status: response.status, answered: response.headers, text, began, ended })
  const answer = understood(response, text, state)
  // Whoever held the request has waited for us.
  return { ...answer, idleFor: answer.page?.changes.length > 0 ? 0 : settings.interval - (ended - began) }
}

/** Sends a request and takes all of its answer. */
async function transferred(fetch, url, init) {
  try {
    const response = await fetch(url, init)
    return { response, text: await response.text() }
  } catch (cause) {
    throw new Failure('There is no answer.', { broken: true, cause })
  }
}

function headersOf(state, { headers, maxPageSize, wait }, holding) {
  const prefer = [
    state.first && state.initial && 'odata.track-changes',
    maxPageSize && `odata.maxpagesize=${maxPageSize}`,
    holding && `wait=${wait}`,
  ].filter(Boolean)
  return {
    Accept: 'application/json',
    'OData-MaxVersion': '4.01',
    ...(prefer.length > 0 && { Prefer: prefer.join(', ') }),
    ...(state.etag && { 'If-None-Match': state.etag }),
    ...(typeof headers === 'function' ? headers() : headers),
  }
}

/** What an answer means. Throws what can be tried again as well as what cannot. */
function understood(response, text, state) {
  if (response.status === 304) return { more: false }
  const body = parsed(text)
  if (response.status === 410) return { expired: expiry(response, body, state) }
  if (response.status !== 200) throw Failure.of(response, body)
  // A service that fails behind the status line can say so in no other way.
  if (body === undefined) throw new Failure('The answer breaks off.', { broken: true })
  if (!Array.isArray(body?.value)) throw new Failure('The answer is no collection.')
  const following = control(body, 'nextLink')
  const link = following ?? control(body, 'deltaLink')
  return {
    page: {
      changes: body.value.map(change),
      count: control(body, 'count'),
      link: link === undefined ? null : new URL(link, state.link).href,
    },
    more: following !== undefined,
    etag: response.headers.get('ETag') ?? undefined,
  }
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** An item of a page. In 4.01 what is removed says so in itself, in 4.0 by its context. */
function change(item) {
  const removed = control(item, 'removed')
  if (removed !== undefined) return { removed: removed?.reason ?? 'deleted', entity: item, id: control(item, 'id') }
  if (!control(item, 'context')?.endsWith('/$deletedEntity')) return { entity: item }
  return { removed: item.reason ?? 'deleted', id: item.id }
}

/** Control information, by its name in 4.01 or in 4.0. */
function control(object, name) {
  return object[`@${name}`] ?? object[`@odata.${name}`]
}

function expiry(response, body, state) {
  const location = response.headers.get('Location')
  return {
    reasons: (body?.error?.details ?? []).map(({ code, message }) => ({ code, message })),
    message: body?.error?.message ?? 'The link has ended.',
    url: location === null ? undefined : new URL(location, state.link).href,
  }
}

/** Whether an address is a delta link, as far as its form tells. */
export function isDeltaLink(url) {
  return queryOf(url).some((option) => /^(\$|%24)?deltatoken=/i.test(option))
}

/** The address without the token that no longer holds: everything, from the beginning. */
function withoutToken(url) {
  const address = new URL(url)
  address.search = queryOf(url).filter((option) => !/^(\$|%24)?(delta|skip)token=/i.test(option)).join('&')
  return address.href
}

function queryOf(url) {
  return new URL(url).search.slice(1).split('&')
}

/** The key of a change, or of an entity, as a text; `names` are the properties of the key. */
export function keyOf(item, names) {
  const entity = item.entity ?? item
  if (names.every((name) => Object.hasOwn(entity, name))) return JSON.stringify(names.map((name) => String(entity[name])))
  return keyOfId(item.id ?? control(entity, 'id') ?? '', names)
}

/** The key that an entity-id has in its parentheses; an id without any is the key itself. */
function keyOfId(id, names) {
  const inside = /\((.*)\)$/s.exec(decodeURIComponent(id))?.[1] ?? id
  const parts = inside.match(/(?:'(?:[^']|'')*'|[^,'])+/g) ?? []
  const values = new Map(parts.map((part) => /^(?:([^='(]+)=)?(.*)$/s.exec(part)).map(([, name, value]) => [name?.trim(), unquoted(value)]))
  return JSON.stringify(names.map((name) => values.get(name) ?? values.get(undefined)))
}

function unquoted(literal) {
  return /^'.*'$/s.test(literal) ? literal.slice(1, -1).replaceAll("''", "'") : literal
}

/** Brings `copy`, a Map of entities under their keys, up to date with a page. */
export function applyPage(copy, page, names) {
  for (const item of page.changes) {
    if (item.removed) copy.delete(keyOf(item, names))
    else copy.set(keyOf(item, names), item.entity)
  }
}

/** Keeps the state of `followDelta` as `name` in `localStorage` or `sessionStorage`. */
export function keptIn(storage, name) {
  return {
    load: () => JSON.parse(storage.getItem(name) ?? 'null'),
    save: ({ link, initial }) => storage.setItem(name, JSON.stringify({ link, initial })),
  }
}

/** What went wrong with a request; `status` and `code` are the service's, where it has answered. */
export class Failure extends Error {
  constructor(message, properties = {}) {
    super(message)
    Object.assign(this, { name: 'Failure', ...properties })
  }

  static of(response, body) {
    const { status, headers } = response
    const { code, message } = body?.error ?? {}
    return new Failure(message ?? `The service answers with status ${status}.`, { status, code, retryAfter: milliseconds(headers.get('Retry-After')) })
  }
}

/** `Retry-After`, which is a number of seconds or a date. */
function milliseconds(text) {
  if (text === null) return undefined
  const wanted = /^\s*\d+\s*$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now()
  return Number.isNaN(wanted) ? undefined : Math.max(0, wanted)
}

/** Whether the same request may have another outcome: no connection, no answer in time, half an answer, a busy service. */
export function canBeRetried(cause) {
  return cause.broken === true || [408, 425, 429, 500, 502, 503, 504].includes(cause.status)
}

/** Waits, and no longer than the signal allows. */
function pause(after, signal) {
  return new Promise((resolve, reject) => {
    const ended = () => { clearTimeout(timer); reject(signal.reason) }
    const timer = setTimeout(() => { signal?.removeEventListener('abort', ended); resolve() }, after)
    if (signal?.aborted) ended()
    else signal?.addEventListener('abort', ended, { once: true })
  })
}
