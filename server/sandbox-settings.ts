import type { SandboxConnection, SandboxSetting } from '../extract/sandbox/system.ts'
import { type EntityCode, legalEntities } from '../extract/sandbox/world/company/entities.ts'

/** What a project needs to read sandboxes: a part of `tieout.yml`, lines of `.env`, and files that lie beside them. */
export type SandboxSettings = {
	configuration: string
	environment: string[]
	files: { file: string; value: string }[]
}

/** The settings of running sandboxes' connections, and what each of them calls the sample company's legal entities. */
export function sandboxSettings({ connections }: { connections: readonly SandboxConnection[] }): SandboxSettings {
	const secrets = connections
		.flatMap(({ options }) => Object.values(options))
		.filter((setting) => typeof setting === 'object')
	const environment = secrets.filter((one) => 'environment' in one).map((one) => `${one.environment}=${one.value}`)
	const codes = Object.keys(legalEntities) as EntityCode[]
	const named = codes.filter((code) => connections.some(({ legalEntities: theirs }) => theirs[code] !== undefined))
	const entities = named.map((code) => legalEntityText(code, connections))
	return {
		configuration: `connections:\n${connections.map(connectionText).join('')}\nlegal_entities:\n${entities.join('')}`,
		environment: [...new Set(environment)],
		files: secrets.filter((one) => 'file' in one),
	}
}

function connectionText({ name, source, options, fields, recordUrl }: SandboxConnection): string {
	const lines = [
		`  ${name}:`,
		`    source: ${source}`,
		`    owner: ${name === 'crm' ? 'ana' : 'ben'}`,
		`    record_url: ${typeof recordUrl === 'string' ? recordUrl : JSON.stringify(recordUrl)}`,
		'    options:',
		...Object.entries(options).map(([option, setting]) => `      ${option}: ${settingText(setting)}`),
		...(fields ? ['    fields:', ...Object.entries(fields).map(([field, theirs]) => `      ${field}: ${theirs}`)] : []),
		'    freshness: { warn: 4h, error: 24h }',
	]
	return `${lines.join('\n')}\n`
}

function settingText(setting: SandboxSetting): string {
	if (typeof setting !== 'object') return String(setting)
	return 'file' in setting ? `\${file:${setting.file}}` : `\${env:${setting.environment}}`
}

/** What each connection calls the legal entity, on one line. */
function legalEntityText(code: EntityCode, connections: readonly SandboxConnection[]): string {
	const names = connections.flatMap(({ name, legalEntities: theirs }) => {
		const word = theirs[code]
		return word === undefined ? [] : [`${name}: ${/^[\w. ]+$/.test(word) ? word : JSON.stringify(word)}`]
	})
	return `  ${code}: { ${names.join(', ')} }\n`
}
