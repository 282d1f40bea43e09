// A value of a row -> the text that is shown for it, and what kind of text that is.
//
// Numbers of 64 bits and decimals come as texts (`IEEE754Compatible=true`): JavaScript would round them.

const LONGEST = 300
const LONGEST_WHOLE = 100_000
const NUMBERS = new Set(['Edm.Byte', 'Edm.SByte', 'Edm.Int16', 'Edm.Int32', 'Edm.Int64', 'Edm.Decimal', 'Edm.Single', 'Edm.Double'])

/** What is shown for the property `name` of `entity`: `{ text, kind }`, where kind is value, null, absent or misfit. */
export function shown(entity, name) {
  const { text, kind } = stored(entity, name)
  return { text: oneLine(text), kind }
}

/** The same with its lines and at its full length, or nearly so. */
export function whole(entity, name) {
  const { text, kind } = stored(entity, name, 2)
  const rest = text.length - LONGEST_WHOLE
  const visible = written(text.slice(0, LONGEST_WHOLE).replaceAll('\r\n', '\n'), '\n\t')
  return { text: rest > 0 ? `${visible}… and ${grouped(rest)} characters more` : visible, kind }
}

function stored(entity, name, indent = 0) {
  const misfit = entity[`${name}@Core.ValueException`]
  if (misfit !== undefined) return { text: String(misfit?.value ?? 'no value of its type'), kind: 'misfit' }
  // A column may be called `constructor`.
  const value = Object.hasOwn(entity, name) ? entity[name] : undefined
  if (value === undefined) return { text: '', kind: 'absent' }
  if (value === null) return { text: 'null', kind: 'null' }
  return { text: typeof value === 'object' ? JSON.stringify(value, null, indent) : String(value), kind: 'value' }
}

/** Whether values of a type are set flush right. */
export function isNumber(type) {
  return NUMBERS.has(type)
}

/** A text as one line of no more than some hundred characters; what would be invisible, or turn the rest around, is written out. */
function oneLine(text) {
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
  return written(short.replace(/\r\n|[\r\n\u2028\u2029]/g, '↵').replaceAll('\t', '⇥'), '')
}

/** A text in which nothing is invisible but what is in `kept`. */
function written(text, kept) {
  return text.replace(INVISIBLE, (character) => (kept.includes(character) ? character : `‹U+${code(character)}›`))
}

const INVISIBLE = /[\u0000-\u001F\u007F-\u009F\u200B\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/g

function code(character) {
  return character.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')
}

/** The name that a table or a column has in the database: `Order_x0020_Details` is `Order Details`. */
export function decoded(name) {
  const text = name.replace(/_x((?:0010|000[0-9A-F])?[0-9A-F]{4})_/g, (_, hex) => String.fromCodePoint(Number.parseInt(hex, 16)))
  return oneLine(text)
}

const numbers = new Intl.NumberFormat('en')

export function count(number, noun, plural = `${noun}s`) {
  return `${numbers.format(number)} ${Number(number) === 1 ? noun : plural}`
}

export function grouped(number) {
  return numbers.format(number)
}

export function octets(number) {
  if (number < 1024) return `${number} B`
  if (number < 1024 * 1024) return `${(number / 1024).toFixed(number < 10240 ? 1 : 0)} KiB`
  return `${(number / 1024 / 1024).toFixed(1)} MiB`
}

export function duration(milliseconds) {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`
  return `${Math.floor(milliseconds / 60_000)} min ${Math.round((milliseconds % 60_000) / 1000)} s`
}

const DURATION = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/

/** A moment, with its day. */
export function day(time) {
  return new Date(time).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })
}

/** A duration as services write it (`PT604800S`) in words; as it is, where it is none. */
export function period(text) {
  if (!DURATION.test(text)) return text
  let left = milliseconds(text) / 1000
  const words = []
  for (const [size, noun] of [[86_400, 'day'], [3600, 'hour'], [60, 'minute'], [1, 'second']]) {
    if (left >= size) words.push(count(Math.floor(left / size), noun))
    left %= size
  }
  return words.slice(0, 2).join(' ') || 'no time'
}

/** The length of such a duration. */
export function milliseconds(text) {
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] = DURATION.exec(text) ?? []
  return (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
}

export function clock(time) {
  return new Date(time).toLocaleTimeString('en-GB')
}

/** What stands behind the name of `set` in the address of `entity`; null where its key did not come. */
export function keyPredicate(set, entity) {
  const parts = set.key.map((name) => {
    const value = Object.hasOwn(entity, name) ? entity[name] : null
    const { type } = set.properties.find((property) => property.name === name) ?? {}
    if (value === null) return null
    const literal = type === 'Edm.String' ? `'${value.replaceAll("'", "''")}'` : String(value)
    return set.key.length === 1 ? encodeURIComponent(literal) : `${encodeURIComponent(name)}=${encodeURIComponent(literal)}`
  })
  return parts.length === 0 || parts.includes(null) ? null : `(${parts.join(',')})`
}

/** A value as it is written in a URL, by its type. */
export function literal(text, type) {
  if (text.trim() === 'null') return 'null'
  if (type === 'Edm.String') return `'${text.replaceAll("'", "''")}'`
  if (type === 'Edm.Duration') return `duration'${text}'`
  if (type === 'Edm.Binary') return `binary'${text}'`
  return text.trim()
}
