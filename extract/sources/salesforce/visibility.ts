import { TieoutError } from '../../../models/error.ts'
import type { Ask } from '../../source.ts'

/** The objects with records of their own sharing; lines, stages and histories follow them. */
const shared = ['Account', 'Contact', 'Opportunity']

/** Organisation-wide defaults by which every user sees every record. */
const open = ['Read', 'ReadWrite', 'ReadWriteTransfer', 'FullAccess']

const grant = (objects: string[]) =>
	`give the user's permission set View All on ${objects.join(', ')} (Setup, Permission Sets, Object Settings)`

/**
 * Whether the user sees every record, for `tieout doctor`: what sharing hides is in no query and in no count, so each certificate agrees
 * without it. By the organisation-wide default, else by View All of a permission set (View All Data and Modify All Data stand there too:
 * object reference, ObjectPermissions). An opportunity that is marked private is seen by its owner, those above and administrators alone,
 * whatever the default (object reference, Opportunity: IsPrivate). `base`: the path of the API's version.
 */
export async function visibility(base: string, ask: Ask): Promise<{ name: string; detail: string; fix?: string }> {
	const name = 'records'
	try {
		const { hidden, seen } = await hiddenObjects(base, ask)
		if (hidden.length > 0)
			return {
				name,
				detail: `of ${hidden.join(', ')} the user sees what is shared with it, and nothing tells of the rest: no figure has it, and every count agrees without it`,
				fix: grant(hidden),
			}
		if (!seen.has('Opportunity'))
			return {
				name,
				detail:
					'of Opportunity the user sees none that is marked private, and nothing tells of them: no figure has one, and every count agrees without it',
				fix: grant(['Opportunity']),
			}
		return { name, detail: 'the user sees all of them' }
	} catch (error) {
		if (!(error instanceof TieoutError)) throw error
		return {
			name,
			detail: `whether the user sees all records can't be asked (${error.message}): what sharing hides is in no figure, and every count agrees without it`,
			fix: `${grant(shared)}, and the user View Setup and Configuration, so that this can be asked`,
		}
	}
}

/** Objects of which sharing hides records, and those with View All. */
async function hiddenObjects(base: string, ask: Ask): Promise<{ hidden: string[]; seen: Set<string | undefined> }> {
	const { json } = await ask({ method: 'GET', path: base })
	const user = /\/(005\w{12,15})$/.exec((json as { identity?: string }).identity ?? '')?.[1]
	if (!user) throw new TieoutError('vendor', 'salesforce.no_identity', 'the API does not say who the user is')
	const rows = async (soql: string) => {
		const answer = await ask({ method: 'GET', path: `${base}/query`, query: { q: soql } })
		return (answer.json as { records: Record<string, string>[] }).records
	}
	const objects = shared.map((object) => `'${object}'`).join(', ')
	const defaults = await rows(
		`select QualifiedApiName, InternalSharingModel from EntityDefinition where QualifiedApiName in (${objects})`,
	)
	const model = new Map(defaults.map((one) => [one['QualifiedApiName'], one['InternalSharingModel']]))
	const sets = await rows(`select PermissionSetId from PermissionSetAssignment where AssigneeId = '${user}'`)
	const granted = await rows(
		`select ParentId, SobjectType from ObjectPermissions where SobjectType in (${objects}) and PermissionsViewAllRecords = true`,
	)
	const own = new Set(sets.map((one) => one['PermissionSetId']))
	const seen = new Set(granted.filter((one) => own.has(one['ParentId'])).map((one) => one['SobjectType']))
	const isOpen = (object: string): boolean =>
		seen.has(object) ||
		open.includes(model.get(object) ?? '') ||
		(model.get(object) === 'ControlledByParent' && object !== 'Account' && isOpen('Account'))
	return { hidden: shared.filter((object) => !isOpen(object)), seen }
}
