import { afterAll, beforeAll, expect, test } from 'vitest'
import { recordFindings } from '../../server/alerts.ts'
import { openState } from '../../server/state.ts'
import { commandLine } from './command-line.ts'

const { tieout, project, remove } = commandLine()

beforeAll(async () => {
	project('TIEOUT_NOW=2026-11-04T09:00:00Z\n')
	const state = await openState(`${project.folder}/data/state.sqlite`)
	const finding = (subject: string, severity: 'error' | 'warning') => ({
		kind: 'check' as const,
		subject,
		severity,
		owner: 'ana',
		text: `${subject}: 3 problems`,
		link: `/checks/${subject}`,
	})
	const now = () => new Date('2026-11-04T08:00:00Z')
	await recordFindings(state.db, [finding('rates', 'warning'), finding('orphans', 'error')], ['check'], { now })
	await state.close()
})
afterAll(() => remove())

test('open alerts are listed with whose they are, since when, and where to look, errors first', async () => {
	const { code, out, notes } = await tieout('alerts')
	expect(code).toBe(0)
	expect(out).toMatch(
		/^✗ {3}2 error orphans: 3 problems\n {6}open; owner ana, since 2026-11-04T08:00:00.000Z, seen 1 times\n {6}http:\/\/127.0.0.1:4000\/checks\/orphans\n! {3}1 warning rates/,
	)
	expect(notes).toBe('next: tieout alerts ack 2 --reason TEXT   (or snooze, with --until)\n')
})

test('an alert is acknowledged with a reason, and snoozed with an end and a reason', async () => {
	expect((await tieout('alerts', 'ack', '2', '--reason', 'Ben is on it')).out).toContain('Ben is on it')
	const snoozed = await tieout(
		'alerts',
		'snooze',
		'1',
		'--until',
		'2026-11-05T09:00Z',
		'--reason',
		'rates come at noon',
	)
	expect(snoozed.out).toContain('snoozed until 2026-11-05T09:00:00.000Z')
	const { alerts } = JSON.parse((await tieout('alerts', '--json')).out)
	expect(alerts.map((one: { state: string; reason: string }) => `${one.state}: ${one.reason}`)).toEqual([
		'acknowledged: Ben is on it',
		'snoozed: rates come at noon',
	])
})

test.each([
	[['close', '1'], 'alerts can\'t be "close"', 'tieout alerts'],
	[['ack'], 'needs its number', 'tieout alerts lists the numbers'],
	[['ack', 'x', '--reason', 'y'], '"x" is no number', 'tieout alerts lists the numbers'],
	[['ack', '1'], 'with a reason', 'say why'],
	[['ack', '9', '--reason', 'x'], 'there is no open alert 9', 'tieout alerts'],
	[['snooze', '1', '--reason', 'x'], 'a snooze needs its end', '--until 2026-11-09T09:00Z'],
	[['snooze', '1', '--until', 'noon', '--reason', 'x'], '--until is "noon"', 'write date, time and zone'],
	[['snooze', '1', '--until', '2026-11-03T09:00Z', '--reason', 'x'], 'ends in the past', 'choose an end after'],
])('%j is refused with what to write', async (words, message, next) => {
	const { code, notes } = await tieout('alerts', ...words)
	expect(code).toBe(2)
	expect(notes).toContain(message)
	expect(notes).toContain(next)
})
