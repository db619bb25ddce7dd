import { copyFileSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { companyClock } from '../clock.ts'
import { compareRebuilt, rebuiltLines } from '../close/bundle/compare-rebuilt.ts'
import { type Bundle, paperBundle } from '../close/bundle/write-bundle.ts'
import type { Closing } from '../close/closing.ts'
import { type Command, type CommandContext, document, line } from '../command.ts'
import { commandQueries } from '../command-queries.ts'
import { environmentOf } from '../configuration/secrets.ts'
import { exitCodes } from '../errors.ts'
import { shellWord } from '../hint.ts'
import { loadProject } from '../load-project.ts'
import { openState } from '../state.ts'

/** `tieout bundle`: the archive of a signed paper; with `--rebuild` the period is built again and compared with it. */
export const bundle: Command = async (context, { names, flags }) => {
	const paper = names[0]!
	const config = await loadProject(context.folder, context)
	const { stamp: now } = companyClock(environmentOf(config.project.folder, context.environment))
	const state = await openState(config.project.state)
	const queries = commandQueries(config)
	const closing = { config, state, queries }
	try {
		if (flags['rebuild'] === true) return await tellRebuilt(closing, paper, now, context)
		const made = await paperBundle(closing, paper)
		const out = typeof flags['out'] === 'string' ? path.resolve(flags['out']) : undefined
		tellBundle(out ? { ...made, file: copied(made.file, out) } : made, context)
		return exitCodes.fine
	} finally {
		await queries.close()
		await state.close()
	}
}

function tellBundle({ file, paper, content, seq, isKept }: Bundle, context: CommandContext): void {
	if (context.isJson) {
		document(context.out, { schema: 'tieout.bundle.file/1', file, paper, content, line: seq, was_kept: isKept })
		return
	}
	line(context.out, file)
	line(context.notes, `${paper}, signed in line ${seq} of the journal, content ${content}${isKept ? ': kept' : ''}`)
	line(context.notes, `next: tieout verify ${shellWord(file)} --content ${content.slice(0, 16)}`)
}

async function tellRebuilt(closing: Closing, paper: string, now: () => Date, context: CommandContext): Promise<number> {
	const verdict = await compareRebuilt(closing, paper, { now })
	const { bundle: made, loadedUntil, versions, compared, differences } = verdict
	if (context.isJson)
		document(context.out, {
			schema: 'tieout.rebuilt/1',
			...{ paper, file: made.file, content: made.content, loaded_until: loadedUntil },
			...{ versions, compared, differences },
		})
	else for (const text of rebuiltLines(verdict)) line(context.out, text)
	return differences.length === 0 ? exitCodes.fine : exitCodes.notTrusted
}

/** Under its name only when it is whole. */
function copied(file: string, target: string): string {
	const unfinished = `${target}.part`
	try {
		copyFileSync(file, unfinished)
		renameSync(unfinished, target)
		return target
	} catch (error) {
		rmSync(unfinished, { force: true })
		throw error
	}
}
