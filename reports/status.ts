import { type Html, html } from './html.ts'

/** A status as a word, a shape and a colour, the same on every page. */
export function Status({ status, word }: { status: string; word?: string }): Html {
	const { shape, tone } = signs[status] ?? { shape: '·', tone: 'neutral' }
	return html`<span class=${`chip ${tone}`}><span aria-hidden="true">${shape}</span> ${word ?? status}</span>`
}

/** The tone of a status: the class that gives it its colour. */
export function toneOf(status: string): string {
	return signs[status]?.tone ?? 'neutral'
}

const pass = { shape: '●', tone: 'ok' }
const warn = { shape: '▲', tone: 'warn' }
const fail = { shape: '✕', tone: 'bad' }
const broken = { shape: '?', tone: 'bad' }
const notRun = { shape: '·', tone: 'neutral' }

/** Every status word of the product: checks, freshness, certificates, runs and the verdict. */
const signs: Record<string, { shape: string; tone: string }> = {
	pass,
	warn,
	fail,
	broken,
	'not run': notRun,
	off: notRun,
	'not loaded': notRun,
	valid: pass,
	'no rate': warn,
	trusted: pass,
	'trusted with warnings': warn,
	'not trusted': fail,
	'no data': notRun,
	proved: pass,
	short: fail,
	over: fail,
	moved: fail,
	unverifiable: warn,
	succeeded: pass,
	running: notRun,
	failed: fail,
	denied: fail,
	held: warn,
	interrupted: fail,
	loaded: pass,
	incomplete: warn,
	stopped: warn,
	notice: notRun,
	error: fail,
	warning: warn,
	open: fail,
	opened: fail,
	escalated: fail,
	reopened: fail,
	acknowledged: warn,
	snoozed: notRun,
	resolved: pass,
}
