import { TieoutError } from '../models/error.ts'
import { countText } from '../reports/format.ts'
import type { ChildResult } from './child-run.ts'

/** What `tieout run --json` says, as far as the demo tells of it. */
export type RunOutput = {
	is_unchanged: boolean
	totals: { landed: number; loaded: number; deleted: number; quarantined: number }
	streams: { connection: string; stream: string; loaded: number }[]
	built?: string[]
	generation?: number
}

/** Reads what the run's process said; the failure that it told as JSON is thrown as ours. */
export function readRun({ exitCode, output }: ChildResult, folder: string): RunOutput {
	if (exitCode === 0) return JSON.parse(output) as RunOutput
	try {
		const { error } = JSON.parse(output) as { error: { code: string; message: string; where?: string; next?: string } }
		throw new TieoutError('broken', error.code, error.message, {
			...(error.where !== undefined && { where: error.where }),
			...(error.next !== undefined && { next: error.next }),
		})
	} catch (error) {
		if (error instanceof TieoutError) throw error
		throw new TieoutError('broken', 'demo.run', `the run ended with exit code ${exitCode}`, {
			next: `tieout run --project ${folder} --verbose`,
		})
	}
}

/** What a run found, in a sentence. */
export function changesOf({ is_unchanged, totals, streams, built = [] }: RunOutput): string {
	if (is_unchanged) return 'nothing changed'
	if (totals.loaded + totals.deleted === 0)
		return `no records changed; ${built.length} tables were built again, because their models or the configuration changed`
	const changed = streams.filter((one) => one.loaded > 0).sort((a, b) => b.loaded - a.loaded)
	const names = changed.slice(0, 4).map((one) => `${one.connection}.${one.stream} ${countText(one.loaded)}`)
	const more = changed.length > 4 ? `, ${changed.length - 4} more streams` : ''
	return `${countText(totals.loaded)} new versions, ${countText(totals.deleted)} deleted${names.length > 0 ? ` (${names.join(', ')}${more})` : ''}`
}
