import { z } from 'zod'
import { sources } from '../extract/registry.ts'
import type { Source } from '../extract/source.ts'
import { loadReports } from '../reports/registry.ts'
import { commands } from '../server/command-table.ts'
import { configurationJsonSchema } from '../server/configuration/json-schema.ts'
import { pages } from '../server/routes/pages.ts'

const generated = '<!-- Written by test/write-reference.ts; a test fails when it is stale. -->'

/** docs/commands.md: every command with its flags and examples, from the command table. */
export function commandsReference(): string {
	const groups = Map.groupBy(commands, (command) => command.group)
	const sections = [...groups].flatMap(([group, list]) => [
		`## ${group[0]!.toUpperCase()}${group.slice(1)}`,
		...list.flatMap(({ name, names, summary, flags = [], examples }) => [
			`### \`tieout ${name}\``,
			`${summary[0]!.toUpperCase()}${summary.slice(1)}.`,
			`    tieout ${name}${names ? ` ${names}` : ''}${flags.some((flag) => !flag.isHidden) ? ' [--flags]' : ''}`,
			...table(
				['flag', ''],
				flags.filter((flag) => !flag.isHidden).map(({ flag, text }) => [`\`${flag}\``, text]),
			),
			`    ${examples.join('\n    ')}`,
		]),
	])
	return `${[
		'# Commands',
		generated,
		'`tieout <command> [names] [--flags]`; flags stand anywhere. In a clone write `npx tieout`. Data goes to standard output, progress and errors to standard error.',
		...table(
			['every command has', ''],
			[
				['`--project <folder>`', 'the project’s folder; the default is the current one'],
				[
					'`--json`',
					'one JSON document, amounts as text; a failure is `{"error": {code, message, where, allowed, next}}`',
				],
				['`--no-color`', 'no colours; `NO_COLOR` and `TERM=dumb` do the same'],
				['`--verbose`', 'more notes, and where the time went'],
				['`--help`', 'how to use it'],
			],
		),
		...table(
			['exit code', ''],
			[
				['0', 'fine; `run`, `build` and `demo` also when the verdict is bad, as long as a generation is in service'],
				['1', 'not trusted (`status`, `check`)'],
				['2', 'wrong usage or configuration'],
				['3', 'something broke'],
				['130', 'interrupted (`serve` and `demo` stopped on request: 0)'],
			],
		),
		...sections,
	].join('\n\n')}\n`
}

/** What is to be said of a section besides its settings. */
const introductions: Record<string, string[]> = {
	connections: [
		'One for each org, account, company or site that is read. Its name begins every id of its records, so it is chosen once: a connection that is renamed is another one, whose records are read anew, and decisions about the old ids (links, papers) stay with those. What a connection had read that is written here no more is in no figure from the next build on; the run says so. A system that was replaced (the ERP of last year) stays written, with `enabled: false`: its records count, and it is asked nothing. The variables, files and commands that its options name need not be there any more, but `time_zone`, `currency`, `legal_entity` and `ledger`, by which its records are read; without its address they have no links. Beside another connection of the same account it is refused, by a run and by `tieout build`: its records would count twice.',
		'A connection that leads to another account than the one whose records are loaded (a sandbox first, then production) is refused, for records of both would stand side by side: give the other one a name of its own. Where it is the same account under a new address, `formerly` says so. A HubSpot token does not say whose it is: `portal_id` under the options does, and where it is not written, the check `hubspot_reads_one_account` refuses a connection that has read two accounts.',
		'The order counts where several systems state rates ([definitions.md](definitions.md)): the first that has one is the company’s.',
	],
}

/** docs/configuration.md: every setting of tieout.yml, from the schema that reads it. */
export function configurationReference(): string {
	const schema = configurationJsonSchema(sources.map((source) => source.kind)) as Schema
	const sections = Object.entries(schema.properties ?? {}).flatMap(([name, setting]) => [
		`## \`${name}\``,
		...(introductions[name] ?? []),
		...table(['setting', 'value', 'default', ''], settingRows(name, setting, isRequired(schema, name))),
	])
	return `${[
		'# Configuration',
		generated,
		`\`tieout.yml\` in the project’s folder. \`tieout init\` writes a commented one, and \`tieout.schema.json\` beside it, by which editors complete it. Unknown settings are errors. Secrets are never written here: \`\${env:NAME}\` takes a variable of the environment or of \`.env\`, \`\${file:path}\` a file, \`\${command:...}\` what a command line prints (any vault's client). \`<name>\` is a name of your choice.`,
		...sections,
		'## Options of each system',
		'What may stand under `connections.<name>.options`. The page of each system says what is needed for which login; those of `files` are in [files-source.md](files-source.md).',
		...sources.filter(({ kind }) => kind !== 'files').flatMap(optionsSection),
		'## Variables of the environment',
		...table(
			['variable', ''],
			[
				[
					'`TIEOUT_NOW`',
					'the company’s moment (ISO 8601 with a zone), for sample companies; the default is the machine’s clock',
				],
				['`TIEOUT_LOG`', 'level of the log: debug, info, warn, error'],
				['`NO_COLOR`', 'no colours'],
			],
		),
	].join('\n\n')}\n`
}

/** One source's options, from the schema that reads them. A kind that takes another's options says so. */
function optionsSection({ kind, title, options }: Source): string[] {
	const twin = sources.find((other) => other.options === options)!
	if (twin.kind !== kind) return [`### ${title} (\`${kind}\`)`, `As of \`${twin.kind}\`.`]
	const schema = z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' }) as Schema
	return [
		`### [${title}](systems/${kind}.md) (\`${kind}\`)`,
		...table(
			['option', 'value', 'default', ''],
			Object.entries(schema.properties ?? {}).flatMap(([name, option]) =>
				settingRows(name, option, isRequired(schema, name)),
			),
		),
	]
}

type Schema = {
	type?: string | string[]
	description?: string
	default?: unknown
	enum?: unknown[]
	const?: unknown
	required?: string[]
	properties?: Record<string, Schema>
	additionalProperties?: Schema | boolean
	anyOf?: Schema[]
	items?: Schema
}

/** A setting and those below it, one row each. */
function settingRows(path: string, schema: Schema, required: boolean): string[][] {
	const variants = schema.anyOf ?? [schema]
	const below = variants.flatMap((variant) => [
		...Object.entries(variant.properties ?? {}).flatMap(([name, child]) =>
			settingRows(`${path}.${name}`, child, isRequired(variant, name)),
		),
		...(typeof variant.additionalProperties === 'object' && variant.additionalProperties.type !== undefined
			? settingRows(`${path}.<name>`, variant.additionalProperties, false)
			: typeof variant.additionalProperties === 'object'
				? (variant.additionalProperties.anyOf ?? []).length > 0
					? settingRows(`${path}.<name>`, variant.additionalProperties, false)
					: []
				: []),
		...(variant.items?.properties ? settingRows(`${path}[]`, variant.items, false) : []),
	])
	const isGroup = below.length > 0 && schema.enum === undefined && !schema.description
	const fallback =
		schema.default === undefined || isEmpty(schema.default) ? '' : `\`${JSON.stringify(schema.default)}\``
	const own = [`\`${path}\``, valueText(schema), required ? 'required' : fallback, schema.description ?? '']
	return isGroup ? below : [own, ...below]
}

function valueText(schema: Schema): string {
	if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(', ')
	if (schema.anyOf) return [...new Set(schema.anyOf.map(valueText))].join(' or ')
	if (schema.type === 'array') return `list of ${schema.items ? valueText(schema.items) : 'values'}`
	if (schema.properties) return 'settings'
	if (schema.type === 'object') return 'names and values'
	if (schema.type === 'boolean') return '`true`, `false`'
	return Array.isArray(schema.type) && schema.type.includes('number')
		? 'number'
		: (schema.type ?? 'any')?.toString().replace('string', 'text')
}

function isRequired({ required = [] }: Schema, name: string): boolean {
	return required.includes(name)
}

function isEmpty(value: unknown): boolean {
	return value === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
}

function table(header: string[], rows: string[][]): string[] {
	if (rows.length === 0) return []
	const cell = (text: string) => text.replaceAll('|', '\\|')
	const lines = [header, header.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`)
	return [lines.join('\n')]
}

/** docs/pages.md: every address that the server answers, and every report with its columns' names. */
export async function pagesReference(): Promise<string> {
	const reports = [...(await loadReports()).values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
	return `${[
		'# Pages, files and reports',
		generated,
		'`tieout serve` answers these addresses. Every page is also JSON under the same path with `/api` before it (the month: `/api/month/<period>`).',
		...table(
			['page'],
			[...Object.keys(pages), '/sql'].map((address) => [`\`${address}\``]),
		),
		'With a project’s state: `/close` (papers), `/close/:paper` (the workpaper) with `/sign`, `/reopen`, `/changes`, `/items` and `/items/:item` under it, `/restatement`, `/journal`, `/links` (what belongs together: `?record=<id>`, or `?crm=<id>&erp=<id>`); once somebody has an account `/login`, `/account`, and `/users` for administrators.',
		'Beside them: `/healthz` (the process lives), `/readyz` (a generation is in service), `POST /api/sql` (one SELECT, behind the gate and its limits).',
		'A table’s files lie under its page’s path with `.csv`, and `.csv.manifest.json` for the manifest: rows, totals, filter, generation, hash.',
		'## Reports',
		'`tieout report <name>` shows one, `tieout export <name>` writes it whole; both take `name=value` for filters and parameters.',
		...table(
			['report', 'for', 'question', 'address'],
			reports.map(({ name, reader, question, path }) => [
				`\`${name}\``,
				reader,
				question,
				`\`${path ?? `/reports/${name}`}\``,
			]),
		),
	].join('\n\n')}\n`
}
