import { once } from 'node:events'
import type { Slice } from './messages.ts'

/** Slices in order of arrival. */
export type SliceQueue = ReturnType<typeof sliceQueue>

/** A queue of slices that are being written: reading waits for the next one until the export has ended. */
export function sliceQueue() {
	const arrived: Slice[] = []
	let outcome: { error?: unknown } | undefined
	const bell = new EventTarget()
	const ring = () => bell.dispatchEvent(new Event('ring'))
	return {
		add: (slice: Slice) => {
			arrived.push(slice)
			ring()
		},
		end: () => {
			outcome = {}
			ring()
		},
		fail: (error: unknown) => {
			outcome = { error }
			ring()
		},
		async *all(): AsyncGenerator<Slice> {
			for (;;) {
				const next = arrived.shift()
				if (next) yield next
				else if (outcome?.error !== undefined) throw outcome.error
				else if (outcome) return
				else await once(bell, 'ring')
			}
		},
	}
}
