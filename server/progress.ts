import type { PipelineProgress } from './pipeline.ts'
import type { Style, TextStream } from './terminal.ts'

/** Shows how a run goes on; `end` leaves the last state standing: from the first one on, nothing is drawn any more. */
export type ProgressView = { show(event: PipelineProgress): void; end(): void }

type StreamState = {
	rows: number
	pages: number
	total: number | null
	startedAt: number
	endedAt?: number
	outcome?: string
}

/** Milliseconds between two drawings on a terminal, and between two plain lines elsewhere. */
const drawEvery = 100
const printEvery = 5000

/** Live lines, one per stream, on a terminal; elsewhere a plain line every 5 s and one at each stream's end. */
export function progressView(
	notes: TextStream,
	style: Style,
	{ now = () => performance.now() }: { now?: () => number } = {},
): ProgressView {
	const streams = new Map<string, StreamState>()
	let step = ''
	let detail = ''
	let drawn = 0
	let lastDrawn = Number.NEGATIVE_INFINITY
	let hasEnded = false
	const timer = setInterval(tick, style.isTerminal ? drawEvery : printEvery)
	timer.unref()

	return {
		show: (event) => {
			if (hasEnded) return
			note(event)
			if (style.isTerminal) {
				if (now() - lastDrawn >= drawEvery) draw()
			} else if (event.type === 'end') notes.write(`${plainEnd(event)}\n`)
			else if (event.type === 'step') notes.write(`${event.name} ...\n`)
		},
		end: () => {
			if (hasEnded) return
			hasEnded = true
			clearInterval(timer)
			if (style.isTerminal) draw()
		},
	}

	function note(event: PipelineProgress): void {
		if (event.type === 'step') {
			step = event.name
			detail = ''
		} else if (event.type === 'build') detail = `${event.index} of ${event.total} ${event.name}`
		else noteStream(event)
	}

	function noteStream(event: Extract<PipelineProgress, { type: 'page' | 'load' | 'end' }>): void {
		const name = `${event.connection}.${event.stream}`
		const state = streams.get(name) ?? { rows: 0, pages: 0, total: null, startedAt: now() }
		streams.set(name, state)
		if (event.type === 'page') Object.assign(state, { rows: event.rows, pages: event.pages, total: event.total })
		if (event.type === 'end')
			Object.assign(state, { rows: event.landed, pages: event.pages, endedAt: now(), outcome: event.outcome })
	}

	function tick(): void {
		if (style.isTerminal) draw()
		else for (const [name, state] of streams) if (!state.outcome) notes.write(`${streamText(name, state)}\n`)
	}

	function draw(): void {
		lastDrawn = now()
		const width = Math.max(20, (notes.columns ?? 80) - 1)
		const lines = [
			...[...streams].map(([name, state]) => signed(state, streamText(name, state).slice(0, width - 2))),
			...(step && step !== 'extract' ? [`${step} ${detail}`.slice(0, width)] : []),
		]
		const clear = drawn > 0 ? `\u001B[${drawn}A\u001B[0J` : ''
		notes.write(`${clear}${lines.map((text) => `${text}\n`).join('')}`)
		drawn = lines.length
	}

	function signed(state: StreamState, text: string): string {
		if (!state.outcome) return `  ${text}`
		return state.outcome === 'loaded'
			? `${style.green(style.ok)} ${style.dim(text)}`
			: `${style.red(style.bad)} ${text}`
	}

	function streamText(name: string, state: StreamState): string {
		const seconds = Math.max(0.001, ((state.endedAt ?? now()) - state.startedAt) / 1000)
		const rate = Math.round(state.rows / seconds)
		const total = state.total !== null && !state.outcome ? ` of ${grouped(state.total)}` : ''
		const left =
			state.total !== null && rate > 0 && !state.outcome
				? `, ${Math.ceil(Math.max(0, state.total - state.rows) / rate)} s left`
				: ''
		const outcome = state.outcome && state.outcome !== 'loaded' ? `, ${state.outcome}` : ''
		return `${name} ${grouped(state.rows)}${total} rows ${grouped(rate)}/s page ${state.pages}${left}${outcome}`
	}

	function plainEnd(event: Extract<PipelineProgress, { type: 'end' }>): string {
		const why = event.error ? `: ${event.error.message}` : ''
		const name = `${event.connection}.${event.stream}`
		return `${name} ${event.outcome}: ${grouped(event.landed)} rows, ${grouped(event.appended)} new versions, ${event.pages} pages${why}`
	}
}

function grouped(count: number): string {
	return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',')
}
