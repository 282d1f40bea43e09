// The parts of the page that need no browser: what is shown of values, what is known of sets, what becomes of rows, and the lines for a shell.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Copy, SHOWN } from '../../web/copy.js'
import { curlLine, requestText, responseText } from '../../web/exchange.js'
import { modelOf } from '../../web/metadata.js'
import { decoded, duration, keyPredicate, literal, milliseconds, octets, period, shown, whole } from '../../web/value.js'

test('values are shown as one line, with what cannot be seen written out', () => {
  assert.deepEqual(shown({ a: 'one\ntwo\tthree' }, 'a'), { text: 'one↵two⇥three', kind: 'value' })
  assert.equal(shown({ a: 'user\u202Egpj.exe\u0000' }, 'a').text, 'user‹U+202E›gpj.exe‹U+0000›')
  assert.equal(shown({ a: 'x'.repeat(5000) }, 'a').text.length, 301)
  assert.equal(shown({ a: { b: 1 } }, 'a').text, '{"b":1}')
})

test('a whole value keeps its lines, and what cannot be seen is written out in it too', () => {
  assert.deepEqual(whole({ a: 'one\r\ntwo\tthree\u202E' }, 'a'), { text: 'one\ntwo\tthree‹U+202E›', kind: 'value' })
  assert.equal(whole({ a: 'x'.repeat(5000) }, 'a').text.length, 5000)
  assert.match(whole({ a: 'x'.repeat(200_000) }, 'a').text, /x… and 100,000 characters more$/)
  assert.equal(whole({ a: null, 'a@Core.ValueException': { value: 'maybe' } }, 'a').kind, 'misfit')
})

test('the address of an entity has its key, as its types are written', () => {
  const set = (...types) => ({ key: types.map((_, at) => `K${at}`), properties: types.map((type, at) => ({ name: `K${at}`, type: `Edm.${type}` })) })
  assert.equal(keyPredicate(set('Int64'), { K0: '9007199254740993' }), '(9007199254740993)')
  assert.equal(keyPredicate(set('String'), { K0: "a/b 'c'#" }), "('a%2Fb%20''c''%23')")
  assert.equal(keyPredicate(set('String'), { K0: 'null' }), "('null')")
  assert.equal(keyPredicate(set('Date', 'Int32'), { K0: '2026-11-21', K1: 0 }), '(K0=2026-11-21,K1=0)')
  assert.equal(keyPredicate(set('Int32'), {}), null)
})

test('a duration is told in words', () => {
  assert.deepEqual(['PT604800S', 'P1DT2H3M', 'PT90S', 'PT0S', 'P1Y', 'PT3600S'].map(period), ['7 days', '1 day 2 hours', '1 minute 30 seconds', 'no time', 'P1Y', '1 hour'])
  assert.deepEqual([milliseconds('P1DT1S'), milliseconds('PT0.5S')], [86_401_000, 500])
})

test('null, what did not come and what does not fit are told apart', () => {
  assert.equal(shown({ a: null }, 'a').kind, 'null')
  assert.equal(shown({}, 'a').kind, 'absent')
  assert.equal(shown({}, 'constructor').kind, 'absent')
  assert.deepEqual(shown({ a: null, 'a@Core.ValueException': { value: 'maybe' } }, 'a'), { text: 'maybe', kind: 'misfit' })
  assert.equal(shown(JSON.parse('{"__proto__":"x"}'), '__proto__').text, 'x')
})

test('names are shown as the database has them', () => {
  assert.equal(decoded('Order_x0020_Details'), 'Order Details')
  assert.equal(decoded('_x0001F600_'), '😀')
  assert.equal(decoded('a_x005F_x0020_b'), 'a_x0020_b')
  assert.equal(decoded('Plain_Name'), 'Plain_Name')
})

test('literals are written by their type', () => {
  assert.equal(literal("O'Neil", 'Edm.String'), "'O''Neil'")
  assert.equal(literal(' 5 ', 'Edm.Int64'), '5')
  assert.equal(literal('null', 'Edm.String'), 'null')
  assert.equal(literal('AP8Q', 'Edm.Binary'), "binary'AP8Q'")
})

test('sizes and times are short', () => {
  assert.deepEqual([octets(900), octets(2048), octets(3 << 20)], ['900 B', '2.0 KiB', '3.0 MiB'])
  assert.deepEqual([duration(12), duration(1500), duration(61_000)], ['12 ms', '1.5 s', '1 min 1 s'])
})

const CSDL = {
  $Version: '4.01',
  $EntityContainer: 'S.C',
  M: {
    Order: {
      $Kind: 'EntityType', $Key: ['Id', { Alias: 'B/C' }], Id: { $Type: 'Edm.Int64' }, Total: { $Type: 'Edm.Decimal', $Precision: 10, $Scale: 2, $Nullable: true, '@Core.Computed': true },
      Customer: { $Kind: 'NavigationProperty', $Type: 'M.Customer' },
    },
  },
  S: {
    C: { $Kind: 'EntityContainer', Orders: { $Collection: true, $Type: 'M.Order', $NavigationPropertyBinding: { Customer: 'Customers' } }, Odd: { $Function: 'M.F' } },
    $Annotations: { 'S.C/Orders': { '@Capabilities.ChangeTracking': { Supported: true }, '@Org.OData.Capabilities.V1.SearchRestrictions': { Searchable: false } } },
  },
}

test('the model has the sets, and what may be asked of them', () => {
  const { sets: [orders, ...others] } = modelOf(CSDL)
  assert.equal(others.length, 0)
  assert.deepEqual([orders.name, orders.tracked, orders.searchable, orders.expandable, orders.key], ['Orders', true, false, true, ['Id', 'Alias']])
  assert.deepEqual(orders.properties[1], { name: 'Total', type: 'Edm.Decimal', nullable: true, facets: '(10, 2)', computed: true, isKey: false })
  assert.deepEqual(orders.navigation, [{ name: 'Customer', target: 'Customers', collection: false }])
  assert.deepEqual(modelOf({}).sets, [])
})

const page = (...entities) => ({ initial: false, changes: entities.map((entity) => (entity.gone ? { removed: 'deleted', entity } : { entity })) })

test('rows that are new, changed or gone are known as such, and nothing else is news', () => {
  const copy = new Copy(['Id'], ['Id', 'Name', 'Price'])
  assert.deepEqual(copy.apply({ ...page({ Id: 1, Name: 'a', Price: 1 }, { Id: 2, Name: 'b', Price: null }), initial: true }, 0), [])
  const news = copy.apply(page({ Id: 1, Name: 'a', Price: 2 }, { Id: 2, Name: 'b', Price: null }, { Id: 3, Name: 'c', Price: 3 }, { gone: true, Id: 9 }), 10)
  assert.deepEqual(news.map(({ kind, cells }) => [kind, cells]), [['changed', ['Price']], ['added', undefined], ['deleted', undefined]])
  assert.deepEqual(news[0].before, { Id: 1, Name: 'a', Price: 1 })
  assert.equal(copy.size, 3)
})

test('a deleted row is seen for a while, also when it comes back', () => {
  const copy = new Copy(['Id'], ['Id'])
  copy.apply({ ...page({ Id: 1 }, { Id: 2 }), initial: true }, 0)
  copy.apply(page({ gone: true, Id: 1 }), 100)
  copy.apply(page({ Id: 1 }), 200)
  assert.deepEqual(copy.list.map(({ kind }) => kind), ['deleted', null, 'added'])
  assert.equal(copy.settle(100), 100 + SHOWN)
  assert.equal(copy.settle(100 + SHOWN), 200 + SHOWN)
  assert.equal(copy.settle(200 + SHOWN), undefined)
  assert.deepEqual(copy.list.map(({ entity, kind }) => [entity.Id, kind]), [[2, null], [1, null]])
  assert.equal(copy.indexOf({ Id: 1 }), 1)
})

const exchange = { url: "https://example.com/odata/Items?$filter=Name%20eq%20'x'", headers: { Accept: 'a/b', Authorization: 'Bearer secret' }, status: 200, answered: new Headers({ ETag: 'W/"1"' }), text: '{}' }

test('a request is shown, and written for a shell, without what is secret', () => {
  assert.equal(requestText(exchange), "GET /odata/Items?$filter=Name%20eq%20%27x%27 HTTP/1.1\nHost: example.com\nAccept: a/b\nAuthorization: Bearer •••")
  assert.equal(curlLine(exchange), `curl -g -i -H 'Accept: a/b' -H "Authorization: Bearer $DELTALINK_KEY" 'https://example.com/odata/Items?$filter=Name%20eq%20'\\''x'\\'''`)
  assert.match(curlLine({ ...exchange, headers: { Authorization: 'Basic c2VjcmV0' } }), /^curl -g -i -u "\$DELTALINK_USER" /)
})

test('an answer is shown as it was, as far as there is room', () => {
  assert.equal(responseText(exchange), 'HTTP/1.1 200\netag: W/"1"\n\n{}')
  assert.match(responseText({ ...exchange, text: 'x'.repeat(10_000) }), /… and 4,000 characters more$/)
})
