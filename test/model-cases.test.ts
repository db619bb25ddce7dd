import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { caseNames, runCase } from './model-cases.ts'
import { shopModels } from './models/shop.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'tieout-cases-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function write(name: string, text: string) {
	mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
	writeFileSync(path.join(folder, name), text)
}

test('a case tells every row that is missing and every one that was not expected', async () => {
	cpSync(shopModels, path.join(folder, 'models'), { recursive: true })
	write('given/canonical.users.csv', 'user_id,email,is_active\nshop:1,a@acme.test,true\n')
	write(
		'one/given/canonical.users.csv',
		'user_id,email,is_active\nshop:1,a@acme.test,true\nshop:2,b@acme.test,true\nshop:3,c@b.test,true\nshop:4,,true\n',
	)
	write('one/expected/marts.hosts.csv', 'host,user_count\nacme.test,3\nb.test,1\n,1\n')
	write('two/expected/marts.hosts.csv', 'host,user_count\nacme.test,1\n')
	write('none/given/canonical.users.csv', 'user_id,email,is_active\n')
	write('none/expected/marts.hosts.csv', 'host\n')
	const models = [path.join(folder, 'models')]
	expect(caseNames(folder)).toEqual(['none', 'one', 'two'])
	expect(await runCase('one', folder, models)).toEqual([
		'marts.hosts: missing {"host":"acme.test","user_count":"3"}',
		'marts.hosts: unexpected {"host":"acme.test","user_count":"2"}',
	])
	expect(await runCase('two', folder, models)).toEqual([])
	expect(await runCase('none', folder, models)).toEqual([])
})

test('raw rows are staged, and an expected table that nothing makes is an error', async () => {
	write(
		'raw/given/raw.shop__people.csv',
		'id,_connection,_key,name,email,_loaded_at,_extracted_at\n1,shop,1,Ana,a@x.test,,\n1,shop,1,Anna,a@y.test,2026-02-01,2026-02-01\n',
	)
	write('raw/expected/staging.stg_shop__users.csv', 'user_id,name,email,is_active\nshop:1,Anna,a@y.test,true\n')
	write('wrong/expected/marts.nowhere.csv', 'x\n')
	const models = [path.join(folder, 'models')]
	expect(await runCase('raw', folder, models)).toEqual([])
	await expect(runCase('wrong', folder, models)).rejects.toThrow('no model makes marts.nowhere')
})
