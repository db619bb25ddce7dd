import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { build } from '../../models/build.ts'
import { type CheckResult, check } from '../../models/check.ts'
import { projectFiles } from '../../models/project-files.ts'
import { openDatabase } from '../../models/warehouse.ts'
import { shopModels, shopProject } from './shop.ts'

let shop: ReturnType<typeof shopProject>
let folder: string
beforeEach(() => {
	shop = shopProject()
	folder = path.join(shop.project, 'shop-models')
	cpSync(shopModels, folder, { recursive: true })
})
afterEach(() => shop.remove())

async function checked(now = '2026-11-04T09:00:00Z'): Promise<Map<string, CheckResult>> {
	const options = { ...shop.options, modelFolders: [folder] }
	await build(options)
	const results = await check(options, { now: () => new Date(now) })
	return new Map(results.map((result) => [result.name, result]))
}

const ana = { id: '1', email: 'ana@acme.test' }
const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text)

test('written checks and the ones that headers ask for all give a result, passes too', async () => {
	await shop.load([ana])
	const results = await checked()
	expect([...results.values()].map(({ name, status }) => `${name} ${status}`)).toEqual([
		'hosts_count_every_user pass',
		'intermediate.int_mail_hosts.key pass',
		'marts.hosts.key pass',
		'marts.hosts.not_empty pass',
		'marts.moments.key pass',
		'staging.base_shop__people.key pass',
		'staging.stg_shop__users.key pass',
		'users_have_names pass',
	])
	expect(results.get('hosts_count_every_user')).toEqual({
		name: 'hosts_count_every_user',
		owner: 'ana',
		severity: 'error',
		isBlocking: true,
		status: 'pass',
		problemCount: 0,
		explanation: 'The users of all hosts are the active users.',
		sample: [],
		sql: expect.stringContaining('is distinct from'),
		checkedAt: '2026-11-04 09:00:00',
	})
})

test('rows are problems: a warning warns, an error fails, with their number and the first ones', async () => {
	await shop.load([
		{ ...ana, name: null },
		{ id: '2', name: null, email: 'b@acme.test' },
	])
	write(
		'checks/addresses.sql',
		`-- Nobody is at acme.\n-- owner: ana\nselect users.user_id as user_id, 12.50 as amount from canonical.users as users where users.email like '%@acme.test' order by users.user_id\n`,
	)
	const results = await checked()
	expect(results.get('users_have_names')).toMatchObject({
		status: 'warn',
		problemCount: 2,
		isBlocking: false,
		owner: 'ben',
	})
	expect(results.get('addresses')).toMatchObject({
		status: 'fail',
		problemCount: 2,
		explanation: '2 problems. Nobody is at acme. First: user_id shop:1, amount 12.50.',
		sample: [
			{ user_id: 'shop:1', amount: '12.50' },
			{ user_id: 'shop:2', amount: '12.50' },
		],
	})
})

test('two rows with one key fail, and so does a key without a value', async () => {
	await shop.load([ana, { id: '2', email: 'b@acme.test' }])
	write(
		'marts/twice.sql',
		'-- Users by host. One row per host.\n-- key: host\nselect hosts.host as host from intermediate.int_mail_hosts as hosts\n',
	)
	write(
		'marts/nameless.sql',
		'-- Nobody. One row per name.\n-- key: name\nselect nullif(hosts.host, hosts.host) as name from marts.hosts as hosts\n',
	)
	const results = await checked()
	expect(results.get('marts.twice.key')).toMatchObject({
		status: 'fail',
		isBlocking: true,
		problemCount: 1,
		sample: [{ host: 'acme.test', row_count: '2' }],
	})
	expect(results.get('marts.nameless.key')).toMatchObject({ status: 'fail', problemCount: 1 })
})

test('no rows never pass: not_empty fails, and a check over empty tables is not run', async () => {
	await shop.load([])
	const results = await checked()
	expect(results.get('marts.hosts.not_empty')).toMatchObject({ status: 'fail', problemCount: 1 })
	expect(results.get('users_have_names')).toMatchObject({
		status: 'not run',
		explanation: 'no rows to check in canonical.users. Every active user has a name.',
	})
	expect(results.get('marts.hosts.key')?.status).toBe('not run')
})

test('what is made of nothing but clocks and configuration is nothing to look at', async () => {
	write(
		'checks/users_of_moments.sql',
		'-- Users are of a moment.\nselect u.name as name from canonical.users as u cross join marts.moments as m where u.name is null\n',
	)
	await shop.load([])
	const results = await checked()
	expect(results.get('users_of_moments')?.status).toBe('not run')
	expect(results.get('marts.moments.key')?.status).toBe('pass')
})

test('a check that cannot run is broken and names its line; one of a source not in use, or of an entity that none has, is not there', async () => {
	await shop.load([ana])
	write(
		'checks/wrong.sql',
		'-- This cannot run.\n-- blocks: true\nselect users.user_id as user_id\nfrom canonical.users as users\nwhere users.nothing is null\n',
	)
	write('checks/nowhere.sql', '-- This reads nothing that is.\nselect n.x as x from marts.nowhere as n\n')
	write(
		'staging/shop/stg_else__contacts.sql',
		'-- Others. One row per other.\nselect o.id as id from raw.else__others as o\n',
	)
	write('checks/others.sql', '-- Others are fine.\nselect o.id as id from staging.stg_else__contacts as o\n')
	write(
		'checks/deals.sql',
		'-- Deals are fine.\nselect d.name as name from canonical.opportunities as d where d.name is null\n',
	)
	write(
		'marts/deals.sql',
		'-- Deals. One row per deal.\n-- key: deal_id\nselect d.opportunity_id as deal_id from canonical.opportunities as d\n',
	)
	const results = await checked()
	expect(results.has('deals')).toBe(false)
	expect(results.has('marts.deals.key')).toBe(false)
	expect(results.get('wrong')).toMatchObject({
		status: 'broken',
		isBlocking: true,
		explanation: expect.stringContaining(`${path.join(folder, 'checks/wrong.sql')}:5: Binder Error`),
	})
	expect(results.get('nowhere')).toMatchObject({ status: 'broken', explanation: expect.stringContaining('nowhere') })
	expect(results.has('others')).toBe(false)
	expect(results.get('hosts_count_every_user')?.status).toBe('pass')
})

test('a check runs again when its text or what it reads has changed, and only then', async () => {
	await shop.load([ana])
	await checked('2026-11-04T09:00:00Z')
	const again = await checked('2026-11-05T09:00:00Z')
	expect(again.get('users_have_names')?.checkedAt).toBe('2026-11-04 09:00:00')
	await shop.load([{ id: '2', name: null, email: 'b@acme.test', loadedAt: '2026-11-05 00:00:00' }])
	const later = await checked('2026-11-06T09:00:00Z')
	expect(later.get('users_have_names')).toMatchObject({ status: 'warn', checkedAt: '2026-11-06 09:00:00' })
})

test('a check may read raw tables, and then runs each time', async () => {
	await shop.load([ana])
	write(
		'checks/raw_has_keys.sql',
		'-- Every record has its key.\nselect people.id as id from raw.shop__people as people where people._key is null\n',
	)
	await checked('2026-11-04T09:00:00Z')
	expect((await checked('2026-11-05T09:00:00Z')).get('raw_has_keys')).toMatchObject({
		status: 'pass',
		checkedAt: '2026-11-05 09:00:00',
	})
})

test('a build that did not finish is not judged', async () => {
	await shop.load([ana])
	await build(shop.options)
	const database = await openDatabase(projectFiles(shop.project).build)
	await database.run('delete from tieout.complete')
	await database.close()
	await expect(check(shop.options)).rejects.toMatchObject({
		kind: 'data',
		code: 'build.incomplete',
		next: expect.stringContaining('tieout build'),
	})
})

test('two files of one model, and a file in a folder that is no layer, are errors that name the place', async () => {
	await shop.load([ana])
	const text = '-- Moments. One row per moment.\nselect a.loaded_until as at from raw.as_of as a\n'
	write('hosts.sql', text)
	await expect(checked()).rejects.toMatchObject({
		code: 'model.twice',
		message: `${path.join(folder, 'marts/hosts.sql')}: marts.hosts is also ${path.join(folder, 'hosts.sql')}`,
		next: 'rename one of them',
	})
	rmSync(path.join(folder, 'hosts.sql'))
	mkdirSync(path.join(folder, 'reports'))
	write('reports/moments.sql', text)
	await expect(checked()).rejects.toMatchObject({
		code: 'model.folder',
		message: expect.stringContaining('lies in "reports", which is no layer'),
		allowed: expect.arrayContaining(['staging', 'intermediate', 'marts', 'checks']),
	})
})

test('before the first build it is said that there is none, not that one did not finish', async () => {
	await shop.load([ana])
	await expect(check(shop.options)).rejects.toMatchObject({
		kind: 'data',
		code: 'build.none',
		message: 'nothing has been built yet',
		next: expect.stringContaining('tieout run'),
	})
})
