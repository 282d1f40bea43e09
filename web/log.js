// Exchanges with the service -> a list, the newest first; what a request and its answer looked like is written when one is opened.

import { copyButton, h } from './dom.js'
import { curlLine, requestText, responseText } from './exchange.js'
import { clock, duration, octets } from './value.js'

const MOST = 40
/** Longer answers are kept in part. */
const KEPT = 20_000

export class Log {
  #list = h('ol', { class: 'log' })

  constructor() {
    this.element = h('div', { class: 'feed-box', tabindex: 0, role: 'region', 'aria-label': 'Requests' }, this.#list)
  }

  add(exchange) {
    const size = exchange.text.length
    const kept = { ...exchange, text: size > KEPT ? `${exchange.text.slice(0, KEPT)}…` : exchange.text }
    this.#list.prepend(h('li', {}, entry(kept, size)))
    while (this.#list.childElementCount > MOST) this.#list.lastElementChild.remove()
  }

  clear() {
    this.#list.replaceChildren()
  }
}

function entry(exchange, size) {
  const { pathname, search } = new URL(exchange.url)
  const status = `status s${Math.floor(exchange.status / 100)}`
  const details = h('details', { ontoggle: () => fill(details, exchange) },
    h('summary', {},
      h('span', { class: status }, String(exchange.status)),
      h('span', { class: 'path' }, `${decodeURI(pathname).split('/').pop()}${search}`),
      h('span', { class: 'meta' }, `${octets(size)} · ${duration(exchange.ended - exchange.began)} · ${clock(exchange.ended)}`)))
  return details
}

function fill(details, exchange) {
  if (details.childElementCount > 1) return
  details.append(
    h('h2', { class: 'label' }, 'Request'), pre('Request', requestText(exchange)),
    h('h2', { class: 'label' }, 'Response'), pre('Response', responseText(exchange)),
    h('h2', { class: 'label' }, 'For a shell', copyButton('Copy', () => curlLine(exchange))), pre('curl line', curlLine(exchange), 'wrap'))
}

function pre(label, text, kind) {
  return h('pre', { tabindex: 0, role: 'region', 'aria-label': label, class: kind }, text)
}
