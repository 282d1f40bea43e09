// A request and its answer -> the texts that are shown of them, and a line for a shell. Credentials are in none of these.

/** The request, as HTTP/1.1 writes it. */
export function requestText({ url, headers }) {
  const { host, pathname, search } = new URL(url)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${name === 'Authorization' ? hidden(value) : value}`)
  return [`GET ${pathname}${search} HTTP/1.1`, `Host: ${host}`, ...lines].join('\n')
}

/** The answer, as far as browsers let a page see it. */
export function responseText({ status, answered, text }, longest = 6000) {
  const lines = [...answered].map(([name, value]) => `${name}: ${value}`)
  const rest = text.length - longest
  const body = rest > 0 ? `${text.slice(0, longest)}\n… and ${rest.toLocaleString('en')} characters more` : text
  return [`HTTP/1.1 ${status}`, ...lines, '', body].join('\n')
}

/** The same request for a shell; what is secret is a variable there. */
export function curlLine({ url, headers }) {
  const parts = Object.entries(headers).map(([name, value]) => (name === 'Authorization' ? secret(value) : `-H ${quoted(`${name}: ${value}`)}`))
  return ['curl -g -i', ...parts, quoted(url)].join(' ')
}

function hidden(authorization) {
  return `${authorization.split(' ')[0]} •••`
}

function secret(authorization) {
  return authorization.startsWith('Basic ') ? '-u "$DELTALINK_USER"' : '-H "Authorization: Bearer $DELTALINK_KEY"'
}

function quoted(text) {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
