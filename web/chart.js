// What each delta has brought -> a drawing: one bar a version, in three parts.

import { s } from './dom.js'
import { clock, count, grouped } from './value.js'

const WIDTH = 720
const HEIGHT = 74
const TOP = 6
const MOST = 48
const PARTS = ['added', 'changed', 'deleted']

/** `steps` are `{ initial, added, changed, deleted, at }`, the oldest first; the first load has no bar, it would hide all others. */
export function chart(steps) {
  const shown = steps.filter(({ initial }) => !initial).slice(-MOST)
  const drawing = s('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT + 1}`, role: 'img', 'aria-label': summary(shown), class: 'chart', preserveAspectRatio: 'none' })
  const highest = Math.max(2, ...shown.map(total))
  const place = WIDTH / MOST
  drawing.append(s('line', { x1: 0, x2: WIDTH, y1: HEIGHT, y2: HEIGHT, class: 'axis' }))
  for (const [at, step] of shown.entries()) drawing.append(bar(step, WIDTH - (shown.length - at) * place, place, highest))
  return drawing
}

function bar(step, x, place, highest) {
  const group = s('g', {}, s('title', {}, `${clock(step.at)}: ${said(step)}`), s('rect', { x, y: 0, width: place, height: HEIGHT, class: 'behind' }))
  let y = HEIGHT
  for (const part of PARTS) {
    if (step[part] === 0) continue
    // What is little beside much is still seen.
    const height = Math.max(3, (step[part] / highest) * (HEIGHT - TOP))
    y = Math.max(0, y - height)
    group.append(s('rect', { x: x + 1.5, y, width: place - 3, height: height - 0.75, rx: 1, class: part }))
  }
  return group
}

function total(step) {
  return PARTS.reduce((sum, part) => sum + step[part], 0)
}

/** What a step has brought, in words. */
function said(step) {
  const parts = PARTS.filter((part) => step[part] > 0).map((part) => `${grouped(step[part])} ${part}`)
  return parts.join(', ') || 'nothing new'
}

function summary(steps) {
  if (steps.length === 0) return 'No changes yet.'
  const sums = Object.fromEntries(PARTS.map((part) => [part, steps.reduce((sum, step) => sum + step[part], 0)]))
  return `${count(steps.length, 'delta')} since ${clock(steps[0].at)}: ${said(sums)}.`
}
