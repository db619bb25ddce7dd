import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { sources } from '../../extract/registry.ts'
import { TieoutError } from '../../models/error.ts'
import { type Command, document, line } from '../command.ts'
import { configurationJsonSchema } from '../configuration/json-schema.ts'
import { exitCodes } from '../errors.ts'
import { exampleConfiguration, exampleEnvironment } from '../example-project.ts'
import { shellWord } from '../hint.ts'

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
	for (const [name, text] of written) writeWhole(path.join(folder, name), text)
	const made = written.map(([name]) => path.join(folder, name))
	if (context.isJson) document(context.out, { schema: 'tieout.init/1', folder, files: made })
	else {
		for (const file of made) line(context.out, file)
		const shown = names[0]?.replace(/(?<=.)\/+$/, '') ?? (path.relative(process.cwd(), folder) || '.')
		line(
			context.notes,
			`next: cp ${shellWord(`${shown}/.env.example`)} ${shellWord(`${shown}/.env`)}, fill in ${shellWord(`${shown}/tieout.yml`)} and .env, then: tieout doctor --project ${shellWord(shown)}`,
		)
	}
	return exitCodes.fine
}

/** A file that could not be written whole is not left: the next init would take it for the person's own. */
function writeWhole(file: string, text: string): void {
	try {
		writeFileSync(file, text)
	} catch (error) {
		rmSync(file, { force: true })
		throw error
	}
}
