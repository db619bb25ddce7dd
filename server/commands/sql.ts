import { type Command, document, line } from '../command.ts'
import { commandQueries } from '../command-queries.ts'
import { exitCodes } from '../errors.ts'
import { loadProject } from '../load-project.ts'
import { tableLines } from '../text-table.ts'
import { toOutput } from './export.ts'

/** `tieout sql`: one SELECT on the published tables, through the same gate and limits as the page. */
export const sql: Command = async (context, { names, flags }) => {
	const config = await loadProject(context.folder, context)
	const text = names.join(' ')
	const queries = commandQueries(config)
	try {
		if (flags['csv'] === true) {
			const manifest = await toOutput(await queries.exportUserSql(text, { signal: context.signal }), context)
			line(context.notes, `${manifest.rows} rows, generation ${manifest.generation}: complete`)
			return exitCodes.fine
		}
		const answer = await queries.userSql(text, { signal: context.signal })
		if (context.isJson) document(context.out, { schema: 'tieout.sql/1', ...answer })
		else {
			const rows = answer.rows.map((row) => row.map((value) => value ?? ''))
			for (const output of tableLines(
				answer.columns.map((column) => column.name),
				rows,
				context.outStyle,
				context.out.columns,
			))
				line(context.out, output)
			line(
				context.notes,
				`${answer.rows.length}${answer.isCut ? ' of more' : ''} rows, ${answer.milliseconds} ms, generation ${answer.generation}${answer.isCut ? '; all of them: --csv' : ''}`,
			)
		}
		return exitCodes.fine
	} finally {
		await queries.close()
	}
}
