import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { sources } from '../../extract/registry.ts'
import { TieoutError } from '../../models/error.ts'
import { type Command, document, line } from '../command.ts'
import { configurationJsonSchema } from '../configuration/json-schema.ts'
import { exitCodes } from '../errors.ts'
import { exampleConfiguration, exampleEnvironment } from '../example-project.ts'

/** `tieout init`: a project folder with a commented tieout.yml. Overwrites nothing. */
export const init: Command = async (context, { names }) => {
	const folder = path.resolve(names[0] ?? context.folder)
	if (existsSync(path.join(folder, 'tieout.yml')))
		throw new TieoutError('usage', 'init.exists', `${folder} is a project already`, {
			where: path.join(folder, 'tieout.yml'),
			next: 'tieout doctor',
		})
	if (existsSync(folder) && !names[0] && readdirSync(folder).length > 0)
		throw new TieoutError('usage', 'init.not_empty', `${folder} is not empty`, {
			where: folder,
			next: 'name a new folder: tieout init acme',
		})
	for (const name of ['models', 'checks', 'reports', 'sources', 'data'])
		mkdirSync(path.join(folder, name), { recursive: true })
	const files: Record<string, string> = {
		'tieout.yml': exampleConfiguration,
		'tieout.schema.json': `${JSON.stringify(configurationJsonSchema(sources.map((source) => source.kind)), null, '\t')}\n`,
		'.env.example': exampleEnvironment,
		'.gitignore': 'data/\n.env\n*.pem\n',
	}
	const written = Object.entries(files).filter(([name]) => !existsSync(path.join(folder, name)))
	for (const [name, text] of written) writeFileSync(path.join(folder, name), text)
	const made = written.map(([name]) => path.join(folder, name))
	if (context.isJson) document(context.out, { schema: 'tieout.init/1', folder, files: made })
	else {
		for (const file of made) line(context.out, file)
		const shown = path.relative(process.cwd(), folder) || '.'
		line(
			context.notes,
			`next: cp ${shown}/.env.example ${shown}/.env, fill in both files, then: tieout doctor --project ${shown}`,
		)
	}
	return exitCodes.fine
}
