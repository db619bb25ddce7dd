import type { BuiltStep } from './build-file.ts'
import { tableFingerprint } from './fingerprint.ts'
import type { Model } from './model.ts'
import type { Session } from './session.ts'
import { identifier, literal, qualifiedName } from './sql-text.ts'

/** One mart of a generation: its rows, the fingerprint of its contents, its columns; `isKept`: taken over from the last generation. */
export type MartCopy = { name: string; mark: string; rows: string; sum: string; columns: string; isKept: boolean }

/**
 * Copies every mart of the attached `candidate` into the open file, in the order of its key, or as it stands in the attached
 * `previous` where it has not changed, and notes in `tieout.contents` what was copied.
 */
export async function copyMarts(
	session: Session,
	models: readonly Model[],
	steps: ReadonlyMap<string, BuiltStep>,
	hasPrevious: boolean,
): Promise<MartCopy[]> {
	const known = hasPrevious ? await previousMarts(session) : new Map<string, MartCopy>()
	const copies: MartCopy[] = []
	for (const step of [...steps.values()].filter(({ name }) => name.startsWith('marts.')).sort(byName)) {
		const model = models.find((one) => one.name === step.name)
		const before = known.get(step.name)
		const isKept = before !== undefined && before.mark === step.fingerprint && before.rows === step.rows
		const copy = isKept ? await keepMart(session, before) : await copyMart(session, step, model)
		await session.run(`comment on table ${qualifiedName(step.name)} is ${literal(model?.description ?? '')}`)
		copies.push({ ...copy, isKept })
	}
	await writeContents(session, copies)
	return copies
}

async function keepMart(session: Session, before: MartCopy): Promise<MartCopy> {
	await session.run(
		`create table ${qualifiedName(before.name)} as select * from previous.${qualifiedName(before.name)}`,
	)
	return before
}

async function copyMart(session: Session, step: BuiltStep, model: Model | undefined): Promise<MartCopy> {
	const table = qualifiedName(step.name)
	const order = [...(model?.key ?? []).map(identifier), 'all'].slice(0, model?.key.length || 1).join(', ')
	await session.run(`create table ${table} as select * from candidate.${table} order by ${order}`)
	const { columns } = await session.describe(`select * from ${table}`)
	const shape = columns.map((column) => `${column.name} ${column.type}`).join(', ')
	const { rows, sum } = await tableFingerprint(session, table)
	return { name: step.name, mark: step.fingerprint, rows, sum, columns: shape, isKept: false }
}

async function previousMarts(session: Session): Promise<Map<string, MartCopy>> {
	const rows = await session.all<Omit<MartCopy, 'isKept'>>('select * from previous.tieout.contents')
	return new Map(rows.map((row) => [row.name, { ...row, isKept: true }]))
}

async function writeContents(session: Session, copies: readonly MartCopy[]): Promise<void> {
	await session.run(
		'create table tieout.contents (name varchar, mark varchar, rows bigint, sum hugeint, columns varchar)',
	)
	for (const { name, mark, rows, sum, columns } of copies)
		await session.run('insert into tieout.contents values ($1, $2, $3, $4, $5)', [name, mark, rows, sum, columns])
}

function byName(a: BuiltStep, b: BuiltStep): number {
	return a.name < b.name ? -1 : 1
}
