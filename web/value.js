// A value of a row -> the text that is shown for it, and what kind of text that is.
//
// Numbers of 64 bits and decimals come as texts (`IEEE754Compatible=true`): JavaScript would round them.

const LONGEST = 300
const NUMBERS = new Set(['Edm.Byte', 'Edm.SByte', 'Edm.Int16', 'Edm.Int32', 'Edm.Int64', 'Edm.Decimal', 'Edm.Single', 'Edm.Double'])

/** What is shown for the property `name` of `entity`: `{ text, kind }`, where kind is value, null, absent or misfit. */
export function shown(entity, name) {
  const misfit = entity[`${name}@Core.ValueException`]
  if (misfit !== undefined) return { text: oneLine(String(misfit?.value ?? 'no value of its type')), kind: 'misfit' }
  // A column may be called `constructor`.
  const value = Object.hasOwn(entity, name) ? entity[name] : undefined
  if (value === undefined) return { text: '', kind: 'absent' }
  if (value === null) return { text: 'null', kind: 'null' }
  return { text: oneLine(typeof value === 'object' ? JSON.stringify(value) : String(value)), kind: 'value' }
}

/** Whether values of a type are set flush right. */
export function isNumber(type) {
  return NUMBERS.has(type)
}

/** A text as one line of no more than some hundred characters; what would be invisible, or turn the rest around, is written out. */
function oneLine(text) {
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
  return short.replace(/\r\n|[\r\n\u2028\u2029]/g, '↵').replaceAll('\t', '⇥').replace(INVISIBLE, (character) => `‹U+${code(character)}›`)
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
  return `${numbers.format(number)} ${number === 1 ? noun : plural}`
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

export function clock(time) {
  return new Date(time).toLocaleTimeString('en-GB')
}

/** A value as it is written in a URL, by its type. */
export function literal(text, type) {
  if (text.trim() === 'null') return 'null'
  if (type === 'Edm.String') return `'${text.replaceAll("'", "''")}'`
  if (type === 'Edm.Duration') return `duration'${text}'`
  if (type === 'Edm.Binary') return `binary'${text}'`
  return text.trim()
}
