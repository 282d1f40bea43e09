// Names, attributes and texts -> elements. Whatever comes from a database becomes text here, and never markup.

const SVG = 'http://www.w3.org/2000/svg'

/** An element. Attributes that are functions are listeners (`onclick`); true and false set or leave out an attribute. */
export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children)
}

/** An element of a drawing. */
export function s(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children)
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value)
    else if (value === true) element.setAttribute(name, '')
    else if (value !== false && value !== undefined && value !== null) element.setAttribute(name, value)
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false))
  return element
}

/** A labelled control. */
export function field(label, control, hint) {
  const id = control.id || unique('field')
  control.id = id
  return h('div', { class: 'field' }, h('label', { for: id }, label), control, hint && h('p', { class: 'hint' }, hint))
}

let count = 0

/** A name that nothing else on the page has. */
export function unique(prefix) {
  count += 1
  return `${prefix}-${count}`
}

/** Tabs over panels: one is seen, arrows move between them. `parts` are `[label, element]`. */
export function tabs(label, parts) {
  const name = unique('tabs')
  const buttons = parts.map(([title], at) => h('button', {
    type: 'button', role: 'tab', id: `${name}-tab-${at}`, 'aria-controls': `${name}-panel-${at}`, onclick: () => show(at), onkeydown: (event) => move(event, at),
  }, title))
  const panels = parts.map(([, element], at) => h('div', { role: 'tabpanel', id: `${name}-panel-${at}`, 'aria-labelledby': `${name}-tab-${at}`, class: 'panel' }, element))
  const show = (chosen) => {
    for (const [at, button] of buttons.entries()) {
      button.setAttribute('aria-selected', String(at === chosen))
      button.tabIndex = at === chosen ? 0 : -1
      panels[at].hidden = at !== chosen
    }
  }
  const move = (event, at) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const to = (at + step + buttons.length) % buttons.length
    show(to)
    buttons[to].focus()
  }
  show(0)
  const element = h('div', { class: 'tabs' }, h('div', { role: 'tablist', 'aria-label': label }, buttons), panels)
  return { element, show }
}

/** A button that copies what `text` gives, and says that it did. */
export function copyButton(label, text) {
  const button = h('button', { type: 'button', class: 'small', onclick: async () => {
    try {
      await navigator.clipboard.writeText(text())
      button.textContent = 'Copied'
    } catch {
      button.textContent = 'Select it and copy it by hand'
    }
    setTimeout(() => { button.textContent = label }, 1600)
  } }, label)
  return button
}

/** Calls `work` once before the next frame, however often it is asked for. */
export function eachFrame(work) {
  let asked = false
  return () => {
    if (asked) return
    asked = true
    requestAnimationFrame(() => { asked = false; work() })
  }
}
