import { createWriteStream, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileRows } from '../../reports/list.ts'
import { type Command, type CommandContext, document, line } from '../command.ts'
import { commandQueries } from '../command-queries.ts'
import { exitCodes } from '../errors.ts'
import { loadProject } from '../load-project.ts'
import { openPublished } from '../published.ts'
import type { CsvExport, Manifest } from '../query/csv-export.ts'
import { reportRequest } from './report-request.ts'

/** `tieout export`: a whole report as CSV, complete or not at all; the manifest beside it, or on standard error. */
export const exportReport: Command = async (context, { names, flags }) => {
	const config = await loadProject(context.folder, context)
	const { report, request, filter } = await reportRequest(config, names)
	const published = await openPublished(config.project)
	const { sql, parameters } = fileRows(published.db, report, request).compile()
	await published.close()
	const queries = commandQueries(config)
	try {
		const started = await queries.exportCsv(sql, parameters, {
			filter,
			isRaw: flags['raw'] === true,
			signal: context.signal,
		})
		const manifest =
			typeof flags['out'] === 'string'
				? await toFile(started, path.resolve(flags['out']))
				: await toOutput(started, context)
		if (context.isJson && typeof flags['out'] === 'string') document(context.out, { ...manifest })
		else
			line(
				context.notes,
				`${manifest.rows} rows, sha256 ${manifest.sha256}, generation ${manifest.generation}: complete`,
			)
		return exitCodes.fine
	} finally {
		await queries.close()
	}
}

/** Under its name only when it is whole. */
export async function toFile(started: CsvExport, file: string): Promise<Manifest> {
	const unfinished = `${file}.part`
	try {
		await pipeline(started.stream, createWriteStream(unfinished))
		const manifest = await started.manifest
		writeFileSync(`${file}.manifest.json`, `${JSON.stringify(manifest, null, '\t')}\n`)
		renameSync(unfinished, file)
		return manifest
	} catch (error) {
		rmSync(unfinished, { force: true })
		throw error
	}
}

/** To standard output, at its pace. */
export async function toOutput(started: CsvExport, { out }: CommandContext): Promise<Manifest> {
	for await (const chunk of started.stream) if (!out.write(chunk as never)) await drained(out)
	return await started.manifest
}

async function drained(out: CommandContext['out']): Promise<void> {
	const stream = out as NodeJS.WriteStream
	if (typeof stream.once !== 'function') return
	await new Promise<void>((resolve) => stream.once('drain', () => resolve()))
}
