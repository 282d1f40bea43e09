// web/delta.js, told by a service that is a list of answers: each test says what comes, and looks what was asked and yielded.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'

import { Failure, applyPage, followDelta, isDeltaLink, keptIn, keyOf } from '../../web/delta.js'

const ROOT = 'https://example.com/odata/'
const SET = `${ROOT}Orders`
const DELTA = `${SET}?$deltatoken=a`

/** A service that gives `answers` in turn, and keeps what it was asked. */
function service(...answers) {
  const asked = []
  const fetch = async (url, init) => {
    asked.push({ url, ...init.headers })
    const answer = answers.shift()
    assert.ok(answer, `one request too many: ${url}`)
    if (answer instanceof Error) throw answer
    const { status = 200, headers = {}, ...body } = answer
    return new Response(status === 304 ? null : (answer.text ?? JSON.stringify(body)), { status, headers })
  }
  const slept = []
  const sleep = async (after) => void slept.push(after)
  return { fetch, sleep, asked, slept, left: answers }
}

const page = (value, links = {}) => ({ '@context': `${ROOT}$metadata#Orders`, value, ...links })
const last = (value, link = DELTA) => page(value, { '@deltaLink': link })

async function all(url, options) {
  const events = []
  for await (const event of followDelta(url, options)) events.push(event)
  return events
}

/** Follows until `enough` of the event types in `until` were seen. */
async function some(url, options, enough) {
  const events = []
  for await (const event of followDelta(url, options)) {
    events.push(event)
    if (enough(events)) break
  }
  return events
}

const types = (events) => events.map((event) => event.type)

test('all pages are read, and the first request alone asks for tracking', async () => {
  const it = service(page([{ Id: 1 }], { '@nextLink': `${SET}?$skiptoken=1` }), last([{ Id: 2 }]))
  const events = await all(SET, { ...it, maxPageSize: 1 })
  assert.deepEqual(types(events), ['start', 'page', 'page', 'current'])
  assert.deepEqual(it.asked.map(({ url, Prefer }) => [url, Prefer]), [
    [SET, 'odata.track-changes, odata.maxpagesize=1'],
    [`${SET}?$skiptoken=1`, 'odata.maxpagesize=1'],
  ])
  assert.deepEqual(events.at(-1), { type: 'current', link: DELTA, initial: true })
})

test('a delta link brings what was added, changed and removed, in its order', async () => {
  const copy = new Map()
  const it = service(
    last([{ Id: 1, Paid: false }, { Id: 2, Paid: false }, { Id: 3, Paid: false }]),
    last([{ Id: 2, Paid: true }, { '@removed': { reason: 'deleted' }, Id: 1 }, { Id: 4, Paid: false }], `${DELTA}2`),
  )
  const events = await some(SET, { ...it, live: true }, (events) => events.filter(({ type }) => type === 'current').length === 2)
  for (const event of events.filter(({ type }) => type === 'page')) applyPage(copy, event, ['Id'])
  assert.deepEqual([...copy.values()], [{ Id: 2, Paid: true }, { Id: 3, Paid: false }, { Id: 4, Paid: false }])
  assert.equal(it.asked[1].Prefer, 'wait=30')
  assert.equal(events.at(-1).link, `${DELTA}2`)
})

test('a page that comes twice does no harm', () => {
  const copy = new Map([['["1"]', { Id: 1 }]])
  const changes = [{ entity: { Id: 2 } }, { removed: 'deleted', entity: { Id: 1 } }]
  applyPage(copy, { changes }, ['Id'])
  applyPage(copy, { changes }, ['Id'])
  assert.deepEqual([...copy.keys()], ['["2"]'])
})

test('links may be relative, and named as in 4.0', async () => {
  const it = service({ value: [{ Id: 1 }], '@odata.nextLink': 'Orders?$skiptoken=1' }, { value: [], '@odata.deltaLink': '?$deltatoken=b' })
  const events = await all(SET, it)
  assert.equal(it.asked[1].url, `${SET}?$skiptoken=1`)
  assert.equal(events.at(-1).link, `${SET}?$deltatoken=b`)
})

test('the key of what was removed is found in its properties, in its id, or is the id', () => {
  const entity = { Order: 7, Line: "a'b,c" }
  const key = keyOf(entity, ['Order', 'Line'])
  assert.equal(keyOf({ removed: 'deleted', entity }, ['Order', 'Line']), key)
  assert.equal(keyOf({ removed: 'deleted', id: `${ROOT}Lines(Line='a''b%2Cc',Order=7)` }, ['Order', 'Line']), key)
  assert.equal(keyOf({ removed: 'deleted', id: `${ROOT}Orders(7)` }, ['Id']), keyOf({ Id: 7 }, ['Id']))
  assert.equal(keyOf({ removed: 'deleted', id: `${ROOT}Orders('(x)')` }, ['Id']), keyOf({ Id: '(x)' }, ['Id']))
  assert.equal(keyOf({ removed: 'deleted', id: '8b2e' }, ['Id']), keyOf({ Id: '8b2e' }, ['Id']))
  assert.equal(keyOf({ removed: 'deleted', id: `${ROOT}Odd('x')` }, ['constructor']), keyOf({ constructor: 'x' }, ['constructor']))
})

test('what was removed is known in 4.0 by its context', async () => {
  const gone = { '@odata.context': `${ROOT}$metadata#Orders/$deletedEntity`, id: `${ROOT}Orders(1)`, reason: 'changed' }
  const [, { changes }] = await all(DELTA, service(last([gone])))
  assert.deepEqual(changes, [{ removed: 'changed', id: `${ROOT}Orders(1)` }])
})

const expired = {
  status: 410,
  headers: { Location: SET },
  error: { code: 'DeltaLinkExpired', message: 'Start over.', details: [{ code: 'Pruned', message: 'Too old.' }] },
}

test('a link that has ended says why, and everything is read again', async () => {
  const saved = []
  const it = service(expired, last([{ Id: 9 }], `${DELTA}2`))
  const events = await all(DELTA, { ...it, storage: { load: () => null, save: (state) => saved.push(state) } })
  assert.deepEqual(types(events), ['start', 'expired', 'start', 'page', 'current'])
  assert.deepEqual(events[1].reasons, [{ code: 'Pruned', message: 'Too old.' }])
  assert.deepEqual([events[2].url, events[2].resumed, events[3].initial], [SET, false, true])
  assert.equal(it.asked[1].Prefer, 'odata.track-changes')
  assert.deepEqual(saved.map(({ link }) => link), [SET, `${DELTA}2`])
})

test('who does not want to start over is told of the end, and where the beginning would be', async () => {
  const events = await all(DELTA, { ...service({ ...expired, headers: {} }), startOver: false })
  assert.deepEqual(types(events), ['start', 'expired'])
  assert.equal(events[1].url, SET)
})

test('a beginning that has ended itself is an error, and no circle', async () => {
  await assert.rejects(all(DELTA, service(expired, expired)), { status: 410 })
})

test('a busy service is asked again when it says, and half an answer is asked for again', async () => {
  const it = service(
    { status: 503, headers: { 'Retry-After': '7' }, error: { code: 'Busy', message: 'Busy.' } },
    { text: '{"value":[{"Id":1}' },
    new TypeError('fetch failed'),
    last([{ Id: 1 }]),
  )
  const events = await all(SET, it)
  assert.deepEqual(types(events), ['start', 'retry', 'retry', 'retry', 'page', 'current'])
  assert.equal(it.slept[0], 7000)
  assert.ok(it.slept[1] >= 500 && it.slept[1] <= 1000 && it.slept[2] >= 1000 && it.slept[2] <= 2000, `${it.slept}`)
  assert.equal(it.asked[3].Prefer, 'odata.track-changes', 'the request that is repeated is the same')
})

test('after so many failures in a row the error is thrown, and what is refused is not asked again', async () => {
  const busy = { status: 503, error: { code: 'Busy', message: 'Busy.' } }
  await assert.rejects(all(SET, { ...service(busy, busy, busy), retries: 2 }), { status: 503, code: 'Busy' })
  const refused = service({ status: 401, error: { code: 'Unauthorized', message: 'A key is needed.' } })
  await assert.rejects(all(SET, refused), (error) => error instanceof Failure && error.status === 401)
  assert.deepEqual(refused.slept, [])
})

test('an answer that is not of this protocol is an error at once', async () => {
  for (const text of ['null', '{}', '[]']) await assert.rejects(all(SET, service({ text })), /no collection/)
})

test('where no delta link comes, changes are not tracked, and even a live reader is finished', async () => {
  const events = await all(SET, { ...service(page([{ Id: 1 }])), live: true })
  assert.deepEqual(events.at(-1), { type: 'current', link: null, initial: true })
})

function memory() {
  const items = new Map()
  return { getItem: (name) => items.get(name) ?? null, setItem: (name, text) => items.set(name, text), items }
}

test('a reader that was stopped in the middle goes on behind the last page that it has dealt with', async () => {
  const storage = keptIn(memory(), 'orders')
  const second = `${SET}?$skiptoken=1`
  const first = service(page([{ Id: 1 }], { '@nextLink': second }), page([{ Id: 2 }], { '@nextLink': `${SET}?$skiptoken=2` }))
  // The loop ends while it deals with the second page.
  await some(SET, { ...first, storage }, (events) => events.filter(({ type }) => type === 'page').length === 2)
  const again = service(last([{ Id: 2 }, { Id: 3 }]))
  const events = await all(SET, { ...again, storage })
  assert.deepEqual([events[0].resumed, events[0].initial, again.asked[0].url], [true, true, second])
  assert.deepEqual(events[1].initial, true)
  assert.deepEqual(await storage.load(), { link: DELTA, initial: false })
})

test('an unchanged answer is asked for with its tag, and 304 means that nothing is new', async () => {
  const it = service({ ...last([]), headers: { ETag: 'W/"1"' } }, { status: 304 }, { status: 304 })
  const current = (events) => events.filter(({ type }) => type === 'current').length
  await some(DELTA, { ...it, live: true }, (events) => current(events) === 3)
  assert.deepEqual(it.asked.map((request) => request['If-None-Match']), [undefined, 'W/"1"', 'W/"1"'])
})

test('a service that does not hold polls is not asked all the time', async () => {
  const it = service(last([]), last([]), last([{ Id: 1 }]), last([]))
  await some(DELTA, { ...it, live: true, interval: 60_000 }, () => it.left.length === 0)
  assert.equal(it.slept.length, 2, 'behind news comes the next request at once')
  assert.ok(it.slept.every((after) => after > 59_000 && after <= 60_000), `${it.slept}`)
})

test('credentials are sent with each request, and not to another origin', async () => {
  let key = 0
  const it = service(page([], { '@nextLink': `${SET}?$skiptoken=1` }), page([], { '@nextLink': 'https://elsewhere.example/odata/Orders' }))
  await assert.rejects(all(SET, { ...it, headers: () => ({ Authorization: `Bearer ${++key}` }) }), /another origin/)
  assert.deepEqual(it.asked.map(({ Authorization }) => Authorization), ['Bearer 1', 'Bearer 2'])
})

test('the signal ends it while it waits', async () => {
  const controller = new AbortController()
  const reading = (async () => {
    const busy = service({ status: 503, headers: { 'Retry-After': '3600' } })
    for await (const event of followDelta(SET, { fetch: busy.fetch, signal: controller.signal })) {
      if (event.type === 'retry') setImmediate(() => controller.abort())
    }
  })()
  await assert.rejects(reading, { name: 'AbortError' })
})

test('the signal ends a request that is held', async () => {
  const controller = new AbortController()
  const server = createServer(() => controller.abort()).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${server.address().port}/odata/Orders?$deltatoken=a`
  await assert.rejects(all(url, { live: true, signal: controller.signal }), { name: 'AbortError' })
  server.closeAllConnections()
  server.close()
})

test('every exchange is shown as it was', async () => {
  const seen = []
  await all(SET, { ...service(last([{ Id: 1 }])), onExchange: (exchange) => seen.push(exchange) })
  assert.deepEqual([seen[0].url, seen[0].status, seen[0].headers['OData-MaxVersion']], [SET, 200, '4.01'])
  assert.match(seen[0].text, /"value":\[\{"Id":1\}\]/)
})

test('a delta link is known by its form', () => {
  for (const link of [DELTA, `${SET}?$select=Id&%24deltatoken=a`, `${SET}?deltatoken=a`]) assert.ok(isDeltaLink(link), link)
  for (const link of [SET, `${SET}?$filter=deltatoken eq 1`, `${SET}?x=$deltatoken`]) assert.ok(!isDeltaLink(link), link)
})
