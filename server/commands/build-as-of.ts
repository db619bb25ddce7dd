import { build } from '../../models/build.ts'
import { buildOptions } from '../building.ts'
import { companyClock, momentOf } from '../clock.ts'
import { type Command, document, line } from '../command.ts'
import { environmentOf } from '../configuration/secrets.ts'
import { exitCodes } from '../errors.ts'
import { shellWord } from '../hint.ts'
import { loadProject } from '../load-project.ts'
import { progressView } from '../progress.ts'

/** `tieout build --as-of` and `--at`: the warehouse as it was known, or as the source said, at a past moment; a file of its own. */
export const buildAsOf: Command = async (context, { flags }) => {
	const config = await loadProject(context.folder, context)
	const clock = companyClock(environmentOf(config.project.folder, context.environment))
	const view = progressView(context.notes, context.notesStyle)
	const result = await build(
		{
			...buildOptions(config),
			...(typeof flags['asOf'] === 'string' && { asOf: sqlMoment(flags['asOf'], '--as-of') }),
			...(typeof flags['at'] === 'string' && { extractedAsOf: sqlMoment(flags['at'], '--at') }),
		},
		{ now: clock.stamp, progress: (event) => view.show({ type: 'build', ...event }) },
	)
	view.end()
	const { file, loadedUntil, extractedUntil, built, unchanged } = result
	if (context.isJson)
		document(context.out, {
			schema: 'tieout.build/1',
			file,
			loaded_until: loadedUntil,
			extracted_until: extractedUntil,
			built,
			unchanged: unchanged.length,
		})
	else
		line(
			context.out,
			`${file}\tas known at ${loadedUntil} UTC, as said at ${extractedUntil} UTC\t${built.length} tables built`,
		)
	if (extractedUntil.startsWith('1970-01-01'))
		line(context.notes, 'nothing had been loaded by then: every table of records is empty')
	if (!context.isJson) line(context.notes, `next: duckdb -readonly ${shellWord(file)}`)
	return exitCodes.fine
}

function sqlMoment(text: string, flag: string): string {
	return momentOf(text, flag).toISOString().slice(0, 19).replace('T', ' ')
}
