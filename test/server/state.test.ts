import { mkdirSync, mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { openState } from '../../server/state.ts'

const folder = () => mkdtempSync(path.join(tmpdir(), 'state-'))

test('a new state file is readable by its owner alone and has every table', async () => {
	const file = path.join(folder(), 'data', 'state.sqlite')
	const state = await openState(file)
	expect(statSync(file).mode & 0o777).toBe(0o600)
	const tables = await state.db.introspection.getTables()
	expect(tables.map((table) => table.name)).toContain('stream_cursors')
	await state.close()
})

test('a migration runs once, however often the file is opened', async () => {
	const file = path.join(folder(), 'state.sqlite')
	for (const _ of [1, 2, 3]) await (await openState(file, { now: () => 0 })).close()
	const state = await openState(file)
	const applied = await state.db.selectFrom('migrations').selectAll().execute()
	expect(applied[0]).toEqual({ name: '001-extract.ts', applied_at: '1970-01-01T00:00:00.000Z' })
	expect(new Set(applied.map((row) => row.name)).size).toBe(applied.length)
	await state.close()
})

test('a migration that fails leaves nothing behind', async () => {
	const base = folder()
	const migrations = path.join(base, 'migrations')
	mkdirSync(migrations)
	const failing = `import { sql } from '${path.resolve('node_modules/kysely/dist/index.js')}'
export async function up(db) { await sql.raw('create table half (a text)').execute(db); throw new Error('stop') }`
	writeFileSync(path.join(migrations, '001-half.ts'), failing)
	await expect(openState(path.join(base, 'state.sqlite'), { folder: migrations })).rejects.toThrow('stop')
	mkdirSync(path.join(base, 'empty'))
	const state = await openState(path.join(base, 'state.sqlite'), { folder: path.join(base, 'empty') })
	expect((await state.db.introspection.getTables()).map((table) => table.name)).not.toContain('half')
	await state.close()
})

test('a file of a newer release is refused with what to do', async () => {
	const base = folder()
	const state = await openState(path.join(base, 'state.sqlite'))
	await state.db.insertInto('migrations').values({ name: '999-later.ts', applied_at: 'x' }).execute()
	await state.close()
	await expect(openState(path.join(base, 'state.sqlite'))).rejects.toMatchObject({ code: 'state.newer' })
})

test('a file that is no database is refused with its place', async () => {
	const file = path.join(folder(), 'state.sqlite')
	writeFileSync(file, 'this is no database, but a text of some length to be sure about it')
	await expect(openState(file)).rejects.toMatchObject({ code: 'state.cannot_open', where: file })
})

test('two transactions at once wait for each other', async () => {
	const file = path.join(folder(), 'state.sqlite')
	const first = await openState(file)
	const add = (name: string) =>
		first.db.transaction().execute(async (transaction) => {
			await transaction.selectFrom('api_usage').selectAll().execute()
			await new Promise((resolve) => setTimeout(resolve, 5))
			const row = { connection: name, quota: 'requests', used: 1, maximum: 2, noted_at: 'x' }
			await transaction.insertInto('api_usage').values(row).execute()
		})
	await Promise.all([add('a'), add('b'), add('c')])
	expect(await first.db.selectFrom('api_usage').select('connection').execute()).toHaveLength(3)
	await first.close()
})
