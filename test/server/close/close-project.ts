import { setTimeout as delay } from 'node:timers/promises'
import { type RecordVersion, recordVersions } from '../../../extract/sandbox/world/world.ts'
import { currentGeneration } from '../../../models/generation.ts'
import type { Closing } from '../../../server/close/closing.ts'
import { addUser } from '../../../server/people/accounts.ts'
import type { Person, Role } from '../../../server/people/person.ts'
import { openQueries } from '../../../server/query/queries.ts'
import { openState } from '../../../server/state.ts'
import { startSampleProject } from '../../sample-project.ts'

/** When the back-dated edit is made, and to which deal: one that was won before, with what its amount becomes. */
export type BackDatedEdit = { id: string; number: string; from: string; to: string }

/** The sample company with one deal of `month` whose amount somebody raises at `moment`, long after it was won. */
export function withBackDatedEdit(
	scale: number,
	month: string,
	moment: string,
): { versions: RecordVersion[]; edit: BackDatedEdit } {
	const versions = [...recordVersions({ scale, faults: 0 })]
	const newest = new Map(versions.filter((one) => one.object === 'Opportunity').map((one) => [one.id, one]))
	const won = [...newest.values()].find(
		({ values, from }) =>
			values?.['IsWon'] === true && String(values['CloseDate']).startsWith(month) && from < Date.parse(moment),
	)!
	const user = versions.find((one) => one.object === 'User')!
	const from = String(won.values!['Amount'])
	const to = String(Number(from) + 1000)
	const stamps = { LastModifiedDate: moment, SystemModstamp: moment, LastModifiedById: user.id }
	const edited = { ...won, from: Date.parse(moment), values: { ...won.values!, Amount: to, ...stamps } }
	return {
		versions: [...versions, edited],
		edit: { id: won.id, number: String(won.values!['Name']), from, to },
	}
}

/** The same with an invoice of `month` whose date an employee of the ERP moves by a day, noted there, before somebody else saves it. */
export function withMovedInvoice(versions: readonly RecordVersion[], month: string, moment: string) {
	const newest = new Map(versions.filter((one) => one.object === 'transaction').map((one) => [one.id, one]))
	const invoice = [...newest.values()].find(
		({ values, from }) =>
			values?.['type'] === 'CustInvc' &&
			values['posting'] === true &&
			String(values['trandate']).startsWith(month) &&
			from < Date.parse(moment),
	)!
	const [editor, saver] = versions.filter((one) => one.object === 'employee') as [RecordVersion, RecordVersion]
	const from = Date.parse(moment)
	const [before, day] = [String(invoice.values!['trandate']), String(invoice.values!['trandate']).slice(8)]
	const after = `${before.slice(0, 8)}${day === '02' ? '03' : '02'}`
	const note = { recordid: invoice.id, recordtypeid: '-30', type: '4', field: 'TRANDOC.DDATE', context: 'UIF' }
	const record = (object: string, id: string, values: RecordVersion['values']) =>
		({ system: 'netsuite', object, id, from, values }) as RecordVersion
	return {
		versions: [
			...versions,
			record('transaction', invoice.id, {
				...invoice.values!,
				...{ trandate: after, lastmodifieddate: moment, lastmodifiedby: saver.id },
			}),
			record('systemnote', '999', {
				...note,
				...{ id: '999', oldvalue: before, newvalue: after, date: moment, name: editor.id },
			}),
		],
		moved: { id: invoice.id, before, after, by: `${editor.values!['firstname']} ${editor.values!['lastname']}` },
	}
}

/** A sample project with people, ready to be closed. `close` ends all of it. */
export async function closeProject(options: { versions: RecordVersion[]; now: number }) {
	const project = await startSampleProject(options)
	const { project: files } = project.config()
	const state = await openState(files.state)
	const queries = openQueries({ published: files.published, spool: `${files.spool}-test` })
	const person = async (userId: string, role: Role): Promise<Person> =>
		await addUser(
			state,
			{
				...{ userId, name: userId.toUpperCase(), email: null, role, isAdmin: false, isInitial: false },
				password: `a long word for ${role}s`,
				author: { userId: 'system', name: 'test' },
			},
			{ cost: { N: 16, r: 1, p: 1 } },
		)
	return {
		project,
		state,
		person,
		closing: (): Closing => ({ config: project.config(), state, queries }),
		/** Runs the pipeline at a moment, and waits until questions are answered from what it published. */
		runAt: async (moment: number) => {
			project.setClock(moment)
			const result = await project.run()
			const newest = String(currentGeneration(files.published)!.generation)
			while (queries.generation() !== newest) await delay(20)
			return result
		},
		close: async () => {
			await queries.close()
			await state.close()
			await project.close()
		},
	}
}
