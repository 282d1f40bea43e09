// Addresses of the service -> its answers. The page asks for everything through here, or through followDelta with these headers.

import { demand, headers as authorization } from './credentials.js'
import { Failure } from './delta.js'
import { modelOf } from './metadata.js'
import { keyPredicate } from './value.js'

/** The service root: the page's files lie beside it, wherever a proxy may have put both. */
export const ROOT = new URL('../odata/', import.meta.url).href

export const EXACT = 'application/json;IEEE754Compatible=true'

/** What is sent with every request. */
export function headers() {
  return { Accept: EXACT, 'OData-MaxVersion': '4.01', ...authorization() }
}

/** The address of an entity set, with options as they are written in a URL. */
export function addressOf(set, options = '') {
  return `${ROOT}${encodeURIComponent(set)}${options === '' ? '' : `?${options}`}`
}

/** The address of an entity; null where its key is not known. */
export function addressOfEntity(set, entity) {
  const predicate = keyPredicate(set, entity)
  return predicate && `${addressOf(set.name)}${predicate}`
}

/** The answer to a GET as an exchange with its `body`; asks for credentials where the service does. Throws what it refuses. */
export async function get(url, { accept = EXACT, prefer, signal, onExchange } = {}) {
  for (;;) {
    const sent = { ...headers(), Accept: accept, ...(prefer && { Prefer: prefer }) }
    const began = Date.now()
    const response = await fetch(url, { headers: sent, credentials: 'omit', cache: 'no-cache', signal })
    const text = await response.text()
    const exchange = { url, headers: sent, status: response.status, answered: response.headers, text, began, ended: Date.now() }
    onExchange?.(exchange)
    if (response.status === 401 && (await demand(response.headers.get('WWW-Authenticate')))) continue
    const body = parsed(text)
    if (!response.ok) throw Failure.of(response, body)
    return { ...exchange, body }
  }
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What the service describes itself to be. */
export async function model() {
  const { body } = await get(`${ROOT}$metadata`, { accept: 'application/json' })
  return modelOf(body ?? {})
}

/** What an error says to a person. */
export function told(error) {
  if (error instanceof Failure) return error.code ? `${error.message} (${error.status} ${error.code})` : error.message
  return error instanceof TypeError ? 'The service does not answer.' : String(error?.message ?? error)
}
