import { createWriteStream, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { TieoutError } from '../../models/error.ts'
import { fileRows } from '../../reports/list.ts'
import { readTrust } from '../../reports/published-trust.ts'
import { controlTotals } from '../../reports/report.ts'
import { exportTrust } from '../../reports/trust-line.ts'
import { type Command, type CommandContext, document, line } from '../command.ts'
import { commandQueries } from '../command-queries.ts'
import { exitCodes } from '../errors.ts'
import { loadProject } from '../load-project.ts'
import { ofOtherRelease } from '../other-release.ts'
import { openPublished, trustSettings } from '../published.ts'
import type { ExportTrust, FileExport, Manifest } from '../query/file-export.ts'
import { type ExportFormat, exportFormats, formatNames } from '../query/format.ts'
import { reportRequest } from './report-request.ts'

/** `tieout export`: a whole report as CSV, XLSX or Parquet, complete or not at all; the manifest beside it, or on standard error. */
export const exportReport: Command = async (context, { names, flags }) => {
	const format = formatOf(flags)
	refuseTerminal(format, flags, context)
	refuseNoFolder(flags)
	const config = await loadProject(context.folder, context)
	const { report, request, filter } = await reportRequest(config, names)
	const published = await openPublished(config.project)
	const { sql, parameters } = fileRows(published.db, report, request).compile()
	const trust = exportTrust(await readTrust(published.db, trustSettings(config)))
	await published.close()
	const queries = commandQueries(config)
	try {
		const started = await queries.exportFile(sql, parameters, {
			format,
			filter,
			title: report.title,
			totals: controlTotals(request),
			trust,
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
				`${manifest.rows} rows, sha256 ${manifest.sha256}, generation ${manifest.generation}: ${completeness(manifest)}; ${trustText(trust)}`,
			)
		return exitCodes.fine
	} catch (error) {
		throw ofOtherRelease(error)
	} finally {
		await queries.close()
	}
}

/** By `--format`, else by the ending of `--out`, else CSV. Throws `usage` for another word. */
export function formatOf(flags: Record<string, unknown>): ExportFormat {
	const given = typeof flags['format'] === 'string' ? flags['format'].toLowerCase() : undefined
	const ending = typeof flags['out'] === 'string' ? path.extname(flags['out']).slice(1).toLowerCase() : ''
	const name = given ?? (Object.hasOwn(exportFormats, ending) ? ending : 'csv')
	if (Object.hasOwn(exportFormats, name)) return name as ExportFormat
	throw new TieoutError('usage', 'usage.export_format', `--format is "${name}"`, {
		where: '--format',
		allowed: formatNames,
		next: 'write one of these',
	})
}

/** Throws `usage` where a file that is no text would be written to a terminal. */
function refuseTerminal(format: ExportFormat, flags: Record<string, unknown>, { out }: CommandContext): void {
	if (format === 'csv' || typeof flags['out'] === 'string' || !(out as NodeJS.WriteStream).isTTY) return
	throw new TieoutError('usage', 'usage.export_terminal', `${exportFormats[format].title} is no text for a terminal`, {
		next: `name a file: --out rows.${format}`,
	})
}

/** Throws `usage` where the file's folder is not there. */
function refuseNoFolder({ out }: Record<string, unknown>): void {
	if (typeof out !== 'string') return
	const folder = path.dirname(path.resolve(out))
	if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return
	throw new TieoutError('usage', 'usage.export_folder', `there is no folder ${folder}`, {
		where: '--out',
		next: 'make the folder, or name another',
	})
}

/** What the note at the end says: complete, or which texts an XLSX cell could not hold. */
function completeness({ isComplete, cutTexts = {} }: Manifest): string {
	return isComplete
		? 'complete'
		: `texts were cut in ${Object.keys(cutTexts).join(', ')}: CSV and Parquet have them whole`
}

/** The verdict, and the first of what speaks against it. */
function trustText({ verdict, reasons }: ExportTrust): string {
	const [first, ...rest] = reasons
	return first === undefined ? verdict : `${verdict}: ${first}${rest.length > 0 ? `, and ${rest.length} more` : ''}`
}

/** Under its name only when it is whole. */
export async function toFile(started: FileExport, file: string): Promise<Manifest> {
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
export async function toOutput(started: FileExport, { out }: CommandContext): Promise<Manifest> {
	for await (const chunk of started.stream) if (!out.write(chunk as never)) await drained(out)
	return await started.manifest
}

async function drained(out: CommandContext['out']): Promise<void> {
	const stream = out as NodeJS.WriteStream
	if (typeof stream.once !== 'function') return
	await new Promise<void>((resolve) => stream.once('drain', () => resolve()))
}
