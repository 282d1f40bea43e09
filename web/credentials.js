// What a person types into a dialog -> the `Authorization` header. It is kept in memory, or in sessionStorage where that is wished,
// never in an address, and never shown again.

import { field, h } from './dom.js'

const KEPT = 'deltalink.authorization'

let authorization = sessionStorage.getItem(KEPT)
let asking = null
const listeners = new Set()

/** The header, where there is something to send. */
export function headers() {
  return authorization ? { Authorization: authorization } : {}
}

export function isKnown() {
  return authorization !== null
}

/** Calls `listener` whenever credentials come or go. */
export function onChange(listener) {
  listeners.add(listener)
}

export function forget() {
  authorization = null
  sessionStorage.removeItem(KEPT)
  for (const listener of listeners) listener()
}

/** Asks for credentials after a 401; false where the person would rather not. Who asks meanwhile gets the same answer. */
export function demand(challenge) {
  asking ??= ask(challenge ?? '').finally(() => { asking = null })
  return asking
}

function ask(challenge) {
  const wrong = authorization !== null
  const basic = /\bbasic\b/i.test(challenge) && !/\bbearer\b/i.test(challenge)
  const key = h('input', { type: 'password', autocomplete: 'off', spellcheck: 'false' })
  const name = h('input', { type: 'text', autocomplete: 'username', spellcheck: 'false' })
  const password = h('input', { type: 'password', autocomplete: 'current-password' })
  const keep = h('input', { type: 'checkbox', id: 'keep-key' })
  const bearer = h('fieldset', { class: 'plain' }, h('legend', { class: 'hidden' }, 'API key'), field('API key', key))
  const user = h('fieldset', { class: 'plain' }, h('legend', { class: 'hidden' }, 'User'), field('User', name), field('Password', password))
  const kind = h('select', { onchange: () => choose() }, h('option', { value: 'Bearer' }, 'API key'), h('option', { value: 'Basic', selected: basic }, 'User and password'))
  const choose = () => { bearer.hidden = kind.value !== 'Bearer'; user.hidden = kind.value !== 'Basic' }
  choose()
  const dialog = h('dialog', { class: 'dialog', 'aria-labelledby': 'key-title' },
    h('form', { onsubmit: (event) => { event.preventDefault(); dialog.close('given') } },
      h('h2', { id: 'key-title' }, 'The service asks who you are'),
      wrong && h('p', { class: 'problem', role: 'alert' }, 'It does not accept what was sent.'),
      field('Kind', kind), bearer, user,
      h('div', { class: 'check' }, keep, h('label', { for: 'keep-key' }, 'Keep it until this tab is closed')),
      h('div', { class: 'row end' },
        h('button', { type: 'button', onclick: () => dialog.close('') }, 'Not now'),
        h('button', { type: 'submit', class: 'primary' }, 'Send'))))
  document.body.append(dialog)
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove()
      if (dialog.returnValue !== 'given') return resolve(false)
      authorization = kind.value === 'Basic' ? `Basic ${base64(`${name.value}:${password.value}`)}` : `Bearer ${key.value.trim()}`
      if (keep.checked) sessionStorage.setItem(KEPT, authorization)
      else sessionStorage.removeItem(KEPT)
      for (const listener of listeners) listener()
      return resolve(true)
    })
  })
}

function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
}
