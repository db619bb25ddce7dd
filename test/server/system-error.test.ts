import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { errorDocument, exitCodeOf } from '../../server/errors.ts'
import { commandLine } from './command-line.ts'

const { folder, tieout, project, remove } = commandLine()
afterAll(remove)
project('')
const inFolder = (...names: string[]) => path.join(folder, ...names)
writeFileSync(inFolder('file'), '')

async function refused(...words: string[]) {
	const { code, out } = await tieout(...words, '--json')
	return { code, ...JSON.parse(out).error }
}

describe('what the operating system refuses is told with its place, and what to do', () => {
	test('a project that is a file', async () => {
		expect(await refused('status', '--project', inFolder('file'))).toMatchObject({
			...{ code: 'config.missing', where: inFolder('file', 'tieout.yml') },
			message: `${inFolder('file')} is no folder`,
		})
		expect(await refused('init', inFolder('file'))).toMatchObject({
			...{ code: 'file.in_the_way', where: inFolder('file', 'models') },
			message: `${inFolder('file', 'models')} can't be made: a file is where a folder has to be`,
		})
	})

	// Who may do everything can't be refused.
	test.skipIf(process.getuid?.() === 0)('a place that this user may not write to', async () => {
		mkdirSync(inFolder('closed'))
		chmodSync(inFolder('closed'), 0o500)
		expect(await refused('init', inFolder('closed', 'books'))).toMatchObject({ code: 'file.not_allowed' })
	})

	test('a disk that is full leaves no file cut short, and with room again the same command goes on', async () => {
		const launcher = path.join(import.meta.dirname, '../../server/launcher.js')
		const init = (limit: string) => {
			const shell = `trap '' XFSZ; ulimit -f ${limit}; exec "$@"`
			const words = ['-c', shell, 'sh', process.execPath, launcher, 'init', inFolder('full'), '--json']
			return promisify(execFile)('sh', words, { env: { ...process.env, NODE_COMPILE_CACHE: inFolder('cache') } })
		}
		const failed = await init('4').catch((error: { code: number; stdout: string }) => error)
		expect(failed).toMatchObject({ code: 3 })
		expect(JSON.parse(failed.stdout).error).toMatchObject({
			code: 'disk.full',
			next: expect.stringContaining('ulimit'),
		})
		expect(existsSync(inFolder('full', 'tieout.schema.json'))).toBe(false)
		expect(JSON.parse((await init('unlimited')).stdout).files).toContain(inFolder('full', 'tieout.schema.json'))
	})

	test('what is not of the file system stays what it was', () => {
		const refusal = Object.assign(new Error('connect EACCES 10.0.0.1:443'), { code: 'EACCES', syscall: 'connect' })
		expect(errorDocument(refusal).error.code).toBe('broken')
		expect(exitCodeOf(refusal)).toBe(3)
	})
})
